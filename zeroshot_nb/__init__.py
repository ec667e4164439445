__version__ = "0.0.1"

_lazy = {'ZeroLabelClassifier': ('classifier', 'renaming', 'hinting', 'look')}  # name -> the module that holds it, those with more methods of it; imported on first use

def __getattr__(name):
    if name not in _lazy: raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module
    module, *_ = [import_module(f'{__name__}.{stem}') for stem in _lazy[name]]
    return getattr(module, name)

def __dir__(): return sorted([*globals(), *_lazy])
