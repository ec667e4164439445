"""The laboratory: `compare` (namings side by side), `tables` (those of the paper), `baselines` (other ways to cluster), `demo` (everything at once
on drawn images) and the benches of transport, naming and pretraining. Nothing that a user's command needs lies here, but for `demo`."""
from zeroshot_nb.core import doors

__getattr__, __dir__ = doors(__name__, Namings='compare', compare_namings='compare', score_namings='compare')
