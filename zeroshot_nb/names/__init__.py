"""What names say: `vectors` (word vectors of class names, and tables of similarities), `geometry` (how names lie to each other, from
whatever the user has) and `prior` (ranks, templates and weights: the distribution that a classifier's logits should follow)."""
from zeroshot_nb.core import doors

__getattr__, __dir__ = doors(__name__, check_classes='vectors', load_vectors='vectors', read_similarity='vectors',
                             NameGeometry='geometry', name_geometry='geometry', LabelPrior='prior', make_prior='prior')
