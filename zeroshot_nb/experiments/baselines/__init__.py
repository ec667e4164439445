"""Other people's ideas on the same features: `clusters` (k-means, graph cuts, merging, SCAN's head, self-labelling, and criteria without labels),
`heads` (trained on views of each image), `frozen` (made for features that stay as they are), `scales` (with labels, for steps of a scale)."""
