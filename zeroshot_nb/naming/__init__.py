"""Where groups of images get names, without a label: by `consensus` (many clusterings, each read in the ways that fit the names best, vote;
the default), or as in the paper, by clustering (`cluster`) and a classifier that is trained by optimal transport (`match`, `transport`).
`assignment` finds the one best naming of given clusters, and `certificate` says which names to rely on."""
from zeroshot_nb.core import doors

__getattr__, __dir__ = doors(__name__, Consensus='consensus', find_consensus='consensus', vote_head='consensus',
                             Naming='assignment', assign_names='assignment', agreement='assignment',
                             Certificate='certificate', certify='certificate', confidence='certificate',
                             MatchSettings='match', PAPER='match', match_each='match')
