"""Worlds small enough to draw, of which the truth is known: `doodles` (eight classes that share parts), `leaves` (five grades
of a blight, in order) and `worlds` (features and names of a stated geometry, without images)."""
from zeroshot_nb.core import doors

__getattr__, __dir__ = doors(__name__, DOODLES='doodles', doodle_similarity='doodles', write_doodles='doodles',
                             GRADES='leaves', graded='leaves', kindred_groups='worlds', geometry_world='worlds',
                             scale_world='worlds')
