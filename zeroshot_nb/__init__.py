__version__ = "0.0.1"

_lazy = {'ZeroLabelClassifier': 'classifier'}  # name -> the module that holds it, imported on first use

def __getattr__(name):
    if name not in _lazy: raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module
    return getattr(import_module(f'{__name__}.{_lazy[name]}'), name)

def __dir__(): return sorted([*globals(), *_lazy])
