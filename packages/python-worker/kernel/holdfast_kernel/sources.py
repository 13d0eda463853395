"""Source text of commands, for tracebacks, `inspect` and `pdb`.

`linecache` is where they look: once someone uses it, it is filled with what there is at that moment.
"""
library = load('library')

_CODE = type((lambda: 0).__code__)
# Characters, and texts: the oldest are forgotten beyond that.
_LIMIT = 8_000_000
_MOST = 5_000
# Of those that define nothing, so many are kept: an exception of theirs may be looked at, or raised again.
_PASSING = 50

_texts = {}
_size = 0
_linecache = None
_last = None
_passing = []


def install():
    library.adopt('linecache', _adopt)


def _adopt(module):
    global _linecache
    _linecache = module.__dict__
    # From Python 3.13 on it knows what was given by `-c`: the kernel's, and `exec` has the same file name.
    for name in ('cache', '_interactive_cache'):
        known = _linecache.get(name)
        for key in list(known or ()):
            if '<string>' in (key if type(key) is tuple else (key,)):
                del known[key]
    refill()


def _cache():
    # Another one, after a reload.
    return _linecache.get('cache') if _linecache is not None else None


def refill():
    """Puts all texts where `linecache` finds them, also after `linecache.clearcache()`."""
    cache = _cache()
    if cache is None or not _texts or next(iter(_texts)) in cache:
        return
    for filename, text in _texts.items():
        cache[filename] = _entry(filename, text)


def _entry(filename, text):
    lines = [line + '\n' for line in text.replace('\r\n', '\n').split('\n')]
    return len(text), None, lines, filename


def remember(command):
    """Called before a command runs."""
    global _size, _last
    filename = command.filename
    _texts[filename] = command.source
    _size += len(command.source)
    cache = _cache()
    if cache is not None:
        cache[filename] = _entry(filename, command.source)
    if _last is not None and not _defines(_last.code):
        _passing.append(_last.filename)
        if len(_passing) > _PASSING:
            _drop(_passing.pop(0))
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
    cache = _cache()
    if cache is not None:
        cache.pop(filename, None)


def cover_getfile(getfile, _):
    """`inspect` asks the module for the file of a class, and `__main__` has none."""
    def getfile_of_command(object):
        try:
            return getfile(object)
        except OSError:
            filename = _file_of_class(object) if isinstance(object, type) else None
            if filename is None:
                raise
            return filename
    return getfile_of_command


def _file_of_class(kind):
    """The command that its functions are from; where it has none, the last one that has such a class."""
    codes = [getattr(getattr(value, '__func__', value), '__code__', None) for value in vars(kind).values()]
    own = [code.co_filename for code in codes if type(code) is _CODE]
    for filename in own + list(reversed(_texts)):
        if any(_begins_class(line, kind.__name__) for line in _texts.get(filename, '').split('\n')):
            return filename
    return None


def _begins_class(line, name):
    keyword, _, rest = line.strip().partition(' ')
    rest = rest.lstrip()
    return keyword == 'class' and rest.startswith(name) and not ('_' + rest[len(name):][:1]).isidentifier()


def line_of(filename, number):
    """One line, without `linecache`."""
    lines = _texts.get(filename, '').replace('\r\n', '\n').split('\n')
    return lines[number - 1] if 0 < number <= len(lines) else ''
