"""Modules of the library that the kernel has a hand in.

Importing one costs as much as starting the kernel. So a stand-in takes its place until someone uses it:
then it becomes the module, and is adopted.
"""
import sys

session = load('session')


def adopt(name, adopter):
    """Calls `adopter(module)` as soon as the module is there. `import` alone does not load it."""
    modules = session.live_modules
    if name in modules:
        adopter(modules[name])
        return
    stand_in = modules[name] = _StandIn(name)
    _adopters[stand_in] = adopter


def adopt_imported(name, adopter):
    """The same, and `import` does load it: all of its names are there from then on."""
    adopt(name, adopter)
    module = session.live_modules[name]
    if type(module) is _StandIn:
        # Where the import system looks first.
        del module.__dict__['__spec__']


class _StandIn(type(sys)):
    def __getattr__(self, name):
        if type(self) is _StandIn:
            _become_real(self)
            return getattr(self, name)
        raise AttributeError(name)


_adopters = {}


def _become_real(module):
    from _frozen_importlib import _init_module_attrs
    name = module.__name__
    module.__class__ = type(sys)
    try:
        spec = _find(name)
        _init_module_attrs(spec, module, override=True)
        spec.loader.exec_module(module)
    except BaseException:
        # Tried again by the next `import`.
        session.live_modules.pop(name, None)
        raise
    _adopters.pop(module)(module)


def _find(name):
    from _frozen_importlib_external import PathFinder
    for path in (session.sys_names.get('path'), session.boot_path):
        spec = PathFinder.find_spec(name, path) if type(path) is list else None
        if spec is not None:
            return spec
    raise ModuleNotFoundError('No module named %r' % name, name=name)
