"""Tells of an uncaught exception as CPython does, without frames of the kernel."""
import sys

session = load('session')
guard = load('guard')
streams = load('streams')
sources = load('sources')
library = load('library')

_sys = session.sys_names
_LIMIT = 100_000
_MARK = session.folder + '/holdfast_kernel/'
_boot_excepthook = sys.__excepthook__


def report(command, error):
    """Fills the reply and writes to the command's stderr."""
    error.__traceback__ = traceback = _trim(error.__traceback__, command.code)
    if isinstance(error, SystemExit):
        _report_exit(command, error)
        return
    command.reply = reply = {'exitCode': 130 if type(error) is KeyboardInterrupt else 1}
    # As at a prompt: `pdb.pm()` works.
    _sys['last_type'], _sys['last_value'], _sys['last_traceback'] = type(error), error, traceback
    if sys.version_info >= (3, 12):
        _sys['last_exc'] = error
    text, _ = guard.guarded(_format, error)
    if type(text) is not str:
        text = _format_plainly(error)
    message, _ = guard.guarded(str, error)
    hook = _sys.get('excepthook')
    if hook is _boot_excepthook or not _call_hook(hook, error, text):
        _write(text)
    reply['error'] = {
        'name': type(error).__name__,
        'message': _bound(message if isinstance(message, str) else '<exception str() failed>'),
        'traceback': _bound(text),
    }


def _report_exit(command, error):
    code = error.code
    if code is None:
        status = 0
    elif isinstance(code, int):
        # Beyond a C long, CPython exits with -1.
        status = code & 0xFF if -(1 << 63) <= code < 1 << 63 else 255
    else:
        status = 1
        text, failure = guard.guarded(str, code)
        if isinstance(text, str):
            _write(text + '\n')
        elif failure is not None:
            _write('\n')
    command.reply = {'exitCode': status, 'exited': True}


def _trim(traceback, code):
    """From the first frame of the command's own code; without it (a failing `__repr__`), none of ours."""
    first = traceback
    while first is not None and first.tb_frame.f_code is not code:
        first = first.tb_next
    if first is None:
        first = traceback
    while first is not None and _is_ours(first):
        first = first.tb_next
    last = first
    while last is not None:
        following = last.tb_next
        while following is not None and _is_ours(following):
            following = following.tb_next
        if following is not last.tb_next:
            last.tb_next = following
        last = following
    return first


def _is_ours(traceback):
    return traceback.tb_frame.f_code.co_filename.startswith(_MARK)


def _format(error):
    sources.refill()
    traceback = library.import_own('traceback', 'linecache')
    if isinstance(error, SyntaxError):
        _add_line(error)
    text = ''.join(traceback.TracebackException(type(error), error, error.__traceback__).format())
    if _SUGGESTS_IN_C and isinstance(error, (NameError, AttributeError)):
        text = _with_suggestion(text, error)
    return text


def _add_line(error):
    """The compiler looks for the line in the file system, which has no such file."""
    if error.text is None and type(error.filename) is str and type(error.lineno) is int:
        line = sources.line_of(error.filename, error.lineno)
        if line:
            error.text = line + '\n'


# Before 3.12 `traceback` does not know what the interpreter itself prints: "Did you mean: 'value'?"
_SUGGESTS_IN_C = (3, 10) <= sys.version_info < (3, 12)


def _with_suggestion(text, error):
    from _io import StringIO
    collected = StringIO()
    stderr = _sys.get('stderr')
    _sys['stderr'] = collected
    try:
        _boot_excepthook(type(error), error, error.__traceback__)
    finally:
        _sys['stderr'] = stderr
    last = text.rstrip('\n')
    _, found, rest = collected.getvalue().rpartition(". Did you mean: '")
    if not found or '\n' in rest.rstrip('\n') or last.endswith("'?"):
        return text
    return last + found + rest


def _format_plainly(error):
    """With nothing but the kernel's own means."""
    lines = []
    traceback = error.__traceback__
    if traceback is not None:
        lines.append('Traceback (most recent call last):\n')
    while traceback is not None:
        code = traceback.tb_frame.f_code
        lines.append('  File "%s", line %d, in %s\n' % (code.co_filename, traceback.tb_lineno, code.co_name))
        text = sources.line_of(code.co_filename, traceback.tb_lineno).strip()
        if text:
            lines.append('    %s\n' % text)
        traceback = traceback.tb_next
        if len(lines) > 200:
            lines.append('  ...\n')
            break
    message, failure = guard.guarded(str, error)
    if failure is not None:
        message = '<exception str() failed>'
    lines.append(type(error).__name__ + (': ' + message if message else '') + '\n')
    return ''.join(lines)


def _call_hook(hook, error, text):
    """The user's `sys.excepthook`. Returns whether there is one; tells its failure as CPython does."""
    if hook is None:
        return False
    _, failure = guard.guarded(_call, (hook, error))
    if failure is not None:
        failure.__traceback__ = _trim(failure.__traceback__, None)
        failure.__context__ = None
        told, _ = guard.guarded(_format, failure)
        if type(told) is not str:
            told = _format_plainly(failure)
        _write('Error in sys.excepthook:\n' + told + '\nOriginal exception was:\n' + text)
    return True


def _call(arguments):
    hook, error = arguments
    hook(type(error), error, error.__traceback__)


def _write(text):
    try:
        streams.stderr.write(text)
    except (ValueError, OSError):
        # Closed by the user.
        data = text.encode('utf-8', 'backslashreplace')
        try:
            streams.write_fd(2, data)
        except OSError:
            pass


def _bound(text):
    if len(text) <= _LIMIT:
        return text
    half = _LIMIT // 2
    return text[:half] + '\n… (%d characters left out) …\n' % (len(text) - _LIMIT) + text[-half:]
