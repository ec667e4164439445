"""From images to features. A `backbone` (a ResNet of ours, or a network of torchvision or timm; `checkpoints` reads and writes its files)
is trained without labels by `pretrain`: `augment` makes the views, `contrastive` (SimCLR, MoCo) and `patches` (EMP-SSL) are the methods,
`course` holds optimisers, schedule and checkpoints of a run. `extract` makes the arrays that later stages see, in memory or in a file."""
from zeroshot_nb.core import doors

__getattr__, __dir__ = doors(__name__, make_backbone='backbone', embed='backbone', load_backbone='checkpoints',
                             save_backbone='checkpoints', published_backbones='published', PRESETS='settings',
                             stage1_learner='pretrain', extract_to='extract', load_features='extract')
