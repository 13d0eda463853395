"""Rich forms of a value, figures, and what else is due when the user's code has ended."""
import sys

session = load('session')
streams = load('streams')
library = load('library')

_METHODS = (
    ('_repr_html_', 'text/html'),
    ('_repr_markdown_', 'text/markdown'),
    ('_repr_svg_', 'image/svg+xml'),
    ('_repr_png_', 'image/png'),
    ('_repr_jpeg_', 'image/jpeg'),
    ('_repr_latex_', 'text/latex'),
    ('_repr_json_', 'application/json'),
    ('_repr_javascript_', 'application/javascript'),
)
# A form larger than this is left out: the reply is one message.
_LIMIT = 10_000_000


def mime_data(value):
    """By MIME type. A method that fails gives no form, and is no error of the command's."""
    data = {}
    kind = type(value)
    if _has(kind, '_repr_mimebundle_'):
        bundle = _call(value, '_repr_mimebundle_', include=None, exclude=None)
        if isinstance(bundle, dict):
            for mime, form in bundle.items():
                _add(data, mime, form)
    for name, mime in _METHODS:
        if mime not in data and _has(kind, name):
            _add(data, mime, _call(value, name))
    data.pop('text/plain', None)
    return data


def _has(kind, name):
    # In the classes alone: an instance's `__getattr__` may claim to have anything.
    return any(name in base.__dict__ for base in kind.__mro__)


def _call(value, name, **options):
    try:
        form = getattr(value, name)(**options)
    except Exception:
        return None
    # (form, metadata) is allowed.
    return form[0] if isinstance(form, tuple) and form else form


def _add(data, mime, form):
    if form is None or not isinstance(mime, str):
        return
    try:
        if isinstance(form, (bytes, bytearray)):
            form = library.import_own('binascii').b2a_base64(form, newline=False).decode('ascii')
        elif not isinstance(form, str):
            form = library.import_own('json').dumps(form)
    except Exception:
        return
    if len(form) <= _LIMIT:
        data[str(mime)] = form


def settle(command):
    """As the user's code: figures become outputs, buffers are emptied."""
    modules = session.live_modules
    if 'matplotlib.pyplot' in modules:
        _take_figures(command, modules['matplotlib.pyplot'])
    if 'asyncio' in modules:
        load('loop').keep_current()
    if streams.needs_flush():
        for name in ('stdout', 'stderr'):
            try:
                getattr(sys, name).flush()
            except Exception:
                pass
    if 'ctypes' in modules:
        _flush_c()


def _take_figures(command, pyplot):
    try:
        for number in list(pyplot.get_fignums()):
            figure = pyplot.figure(number)
            data = {}
            _add(data, 'image/png', _draw(figure))
            if data:
                command.outputs.append({'text': repr(figure)[:1000], 'data': data})
            pyplot.close(figure)
    except Exception:
        pass


def _draw(figure):
    from _io import BytesIO
    buffer = BytesIO()
    figure.savefig(buffer, format='png', bbox_inches='tight')
    return buffer.getvalue()


_fflush = None


def _flush_c():
    """What C code printed through stdio is still in its buffer."""
    global _fflush
    try:
        if _fflush is None:
            import ctypes
            _fflush = ctypes.CDLL(None).fflush
        _fflush(None)
    except Exception:
        pass
