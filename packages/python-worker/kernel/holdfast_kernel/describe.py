"""What is alive in the namespace. Nothing here calls the user's code: no `repr`, no `len`, no `==`."""
import sys

session = load('session')
context = load('context')

_PREVIEW = 80
_MOST_VARIABLES = 5_000
_MODULE = type(sys)
_FUNCTION = type(lambda: 0)
_NUMBERS = (int, float, complex, bool, type(None))
_CONTAINERS = {list: '[]', tuple: '()', set: '{}', frozenset: '{}', dict: '{}'}
# Past this, turning an int into text takes time, and raises from Python 3.11 on.
_INT_BITS = 240

_name_of = type.__dict__['__name__'].__get__


def describe():
    functions = []
    imports = {}
    variables = []
    for name, value in dict(session.namespace).items():
        if type(name) is not str or (name.startswith('__') and name.endswith('__')):
            continue
        kind = type(value)
        if kind is _FUNCTION and value.__module__ == '__main__':
            functions.append(name)
        elif issubclass(kind, _MODULE):
            imports[name] = _module_name(value, name)
        elif len(variables) < _MOST_VARIABLES:
            variables.append({'name': name, 'type': _name_of(kind), 'preview': preview(value)})
    return {
        'env_vars': context.environment(),
        'functions': functions,
        'aliases': {},
        'imports': imports,
        'variables': variables,
        'working_dir': context.working_dir(),
        # The host finds processes in /proc, for all languages alike.
        'jobs': [],
    }


def _module_name(module, name):
    try:
        own = _MODULE.__getattribute__(module, '__dict__').get('__name__')
    except Exception:
        own = None
    return own if type(own) is str else name


def preview(value):
    """One line."""
    try:
        text = _preview(value, 2)
    except Exception:
        text = '<%s>' % _name_of(type(value))
    text = ' '.join(text.split())
    return text if len(text) <= _PREVIEW else text[: _PREVIEW - 1] + '…'


def _preview(value, depth):
    kind = type(value)
    if kind is int and value.bit_length() > _INT_BITS:
        return '<int of %d bits>' % value.bit_length()
    if kind in _NUMBERS:
        return repr(value)
    if kind is str or kind is bytes:
        return repr(value[:_PREVIEW]) + ('…' if len(value) > _PREVIEW else '')
    if kind in _CONTAINERS:
        return _preview_container(value, kind, depth)
    if kind is range:
        return repr(value)
    if isinstance(value, type):
        return '<class %s>' % _name_of(value)
    if kind is _FUNCTION:
        return '<function %s>' % value.__name__
    return _preview_array(value, kind) or '<%s>' % _name_of(kind)


def _preview_container(value, kind, depth):
    opening, closing = _CONTAINERS[kind]
    size = len(value)
    if size == 0:
        return {set: 'set()', frozenset: 'frozenset()'}.get(kind, opening + closing)
    if depth == 0:
        return opening + '…' + closing
    parts = []
    length = 0
    for item in value:
        if length > _PREVIEW:
            parts.append('…')
            break
        part = _preview(item, depth - 1)
        if kind is dict:
            part += ': ' + _preview(dict.get(value, item) if _is_plain(item) else None, depth - 1)
        parts.append(part)
        length += len(part) + 2
    tail = ',' if kind is tuple and size == 1 else ''
    text = opening + ', '.join(parts) + tail + closing
    return text if len(text) <= _PREVIEW else '%d items: %s' % (size, text)


def _is_plain(key):
    # Looking up any other key may call the user's `__eq__`.
    return type(key) in (str, int, bytes, float, bool)


def _preview_array(value, kind):
    """Shapes of the arrays and tables that everyone uses; their attributes run no user code."""
    module = kind.__module__ if type(kind) is type else ''
    if type(module) is not str or module.partition('.')[0] not in ('numpy', 'pandas', 'torch', 'polars'):
        return None
    shape = getattr(value, 'shape', None)
    if type(shape) is not tuple and _name_of(type(shape)) != 'Size':
        return None
    dtype = getattr(value, 'dtype', None)
    text = '%s %s' % (_name_of(kind), ' × '.join(str(int(side)) for side in shape))
    return text if dtype is None else '%s %s' % (text, dtype)
