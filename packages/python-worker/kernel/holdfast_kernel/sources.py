"""Source text of commands, for tracebacks, `inspect` and `pdb`.

`linecache` is where they look, and importing it costs as much as starting the kernel. So a stand-in
takes its place until someone uses it, and is filled with what there is at that moment.
"""
import sys

session = load('session')

_CODE = type((lambda: 0).__code__)
# Characters, and texts: the oldest are forgotten beyond that.
_LIMIT = 8_000_000
_MOST = 5_000

_texts = {}
_size = 0
_cache = None
_last = None


def install():
    modules = session.live_modules
    if 'linecache' in modules:
        _adopt(modules['linecache'])
        return
    stand_in = _StandIn('linecache')
    stand_in.__dict__['__spec__'] = None
    modules['linecache'] = stand_in


class _StandIn(type(sys)):
    def __getattr__(self, name):
        if type(self) is _StandIn:
            _become_real(self)
            return getattr(self, name)
        raise AttributeError(name)


def _become_real(module):
    from _frozen_importlib_external import PathFinder
    module.__class__ = type(sys)
    try:
        spec = PathFinder.find_spec('linecache', session.boot_path)
        module.__spec__ = spec
        module.__loader__ = spec.loader
        module.__file__ = spec.origin
        spec.loader.exec_module(module)
    except BaseException:
        # Tried again by the next `import`.
        session.live_modules.pop('linecache', None)
        raise
    _adopt(module)


def _adopt(module):
    global _cache
    _cache = module.__dict__.get('cache')
    refill()


def refill():
    """Puts all texts where `linecache` finds them, also after `linecache.clearcache()`."""
    if _cache is None or not _texts or next(iter(_texts)) in _cache:
        return
    for filename, text in _texts.items():
        _cache[filename] = _entry(filename, text)


def _entry(filename, text):
    lines = [line + '\n' for line in text.replace('\r\n', '\n').split('\n')]
    return len(text), None, lines, filename


def remember(command):
    """Called before a command runs."""
    global _size, _last
    filename = command.filename
    _texts[filename] = command.source
    _size += len(command.source)
    if _cache is not None:
        _cache[filename] = _entry(filename, command.source)
    # One more than needed: the user may look at the last traceback.
    if _last is not None and not _defines(_last.code):
        _drop(_last.filename)
    _last = command
    while (_size > _LIMIT or len(_texts) > _MOST) and len(_texts) > 2:
        _drop(next(iter(_texts)))


def _defines(code):
    """Whether code made functions or classes, whose source may be asked for later."""
    return code is not None and any(type(constant) is _CODE for constant in code.co_consts)


def _drop(filename):
    global _size
    text = _texts.pop(filename, '')
    _size -= len(text)
    if _cache is not None:
        _cache.pop(filename, None)


def line_of(filename, number):
    """One line, without `linecache`."""
    lines = _texts.get(filename, '').replace('\r\n', '\n').split('\n')
    return lines[number - 1] if 0 < number <= len(lines) else ''
