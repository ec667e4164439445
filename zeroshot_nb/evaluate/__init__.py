"""The only place that sees labels: `scores` (Z, H, match, and what else is asked of names), `ordinal` (scores of a scale, in both directions)
and `probes` (how much frozen features know)."""
from zeroshot_nb.core import doors

__getattr__, __dir__ = doors(__name__, Scores='scores', mean_std='scores', score='scores', score_many='scores', OrdinalScores='ordinal',
                             ordinal_score='ordinal', ordinal_score_many='ordinal', knn_probe='probes', linear_probe='probes')
