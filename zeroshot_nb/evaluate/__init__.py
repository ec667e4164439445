"""The only place that sees labels: scores of names and of scales, and probes of frozen features."""
