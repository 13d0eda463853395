"""Modules of the library that the kernel has a hand in.

Importing one costs as much as starting the kernel. So a stand-in takes its place until someone uses it:
then it becomes the module, and is adopted.
"""
import sys

session = load('session')


def adopt(name, adopter):
    """Calls `adopter(module)` as soon as the module is there. `import` alone does not load it."""
    modules = session.live_modules
    _adopters[name] = adopter
    if name in modules:
        _adopt(name, modules[name])
    else:
        modules[name] = _StandIn(name)


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
_adopted = []


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
    _adopt(name, module)


def _adopt(name, module):
    _adopted.append(module)
    _adopters[name](module)


def _find(name):
    from _frozen_importlib_external import PathFinder
    for path in (session.sys_names.get('path'), session.boot_path):
        spec = PathFinder.find_spec(name, path) if type(path) is list else None
        if spec is not None:
            return spec
    raise ModuleNotFoundError('No module named %r' % name, name=name)


_PREFIXES = sys.base_prefix, sys.base_exec_prefix
_INSTALLED = [entry for entry in session.boot_path if entry.startswith(_PREFIXES)]
_own = {}


def import_own(name, *needed):
    """For the kernel: from the installation, also where the user has a module of that name, as `token.py`.

    It does not hide theirs: what would is taken out of `sys.modules` again. So are those that it needs later.
    """
    if name not in _own:
        modules, path = session.live_modules, session.sys_names.get('path')
        hiding = [key for key, module in list(modules.items()) if _hides_ours(key, module, path)]
        theirs = {key: modules.pop(key) for key in hiding}
        before = {key for key, module in list(modules.items()) if type(module) is not _StandIn}
        sys.path = _INSTALLED
        try:
            for each in (name, *needed):
                module = _own[each] = __import__(each)
                # A stand-in becomes the module while that can be found.
                getattr(module, '__all__', None)
                if each in _adopters and module not in _adopted:
                    _adopt(each, module)
        finally:
            sys.path = path
            for key in set(modules) - before:
                if _is_in_folder(key, path):
                    del modules[key]
            modules.update(theirs)
    return _own[name]


def _hides_ours(name, module, path):
    if type(module) is _StandIn:
        return _is_in_folder(name, path)
    if type(module) is not type(sys) or name not in getattr(sys, 'stdlib_module_names', ()):
        return False
    file = module.__dict__.get('__file__')
    return type(file) is str and not file.startswith(_PREFIXES)


def _is_in_folder(name, path):
    from _frozen_importlib_external import PathFinder
    if '.' in name or type(path) is not list:
        return False
    spec = PathFinder.find_spec(name, [entry for entry in path if entry not in _INSTALLED])
    return spec is not None and spec.loader is not None
