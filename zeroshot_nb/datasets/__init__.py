"""Where images come from: `registry` knows every dataset by name and finds it on disk; `formats` (arrays in their official
files), `scales` and `fundus` (ordinal sets) and `imagenet10` read them; `download` fetches and unpacks. No reader reads a
label before it is asked for."""
from zeroshot_nb.core import doors

__getattr__, __dir__ = doors(__name__, DATASETS='registry', check_dataset='registry', data_root='registry',
                             datasets_in='registry', find_dataset='registry', fingerprint='registry', register='registry',
                             resolve='registry')
