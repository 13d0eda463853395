"""`sys.stdin`, `sys.stdout` and `sys.stderr`, and all that happens to streams around a command.

Output is written through, as with `python -u`: it keeps its order with that of subprocesses, is seen as
it comes, and is in the pipe already if the process dies the next moment. `pipes` and `stdin` take care of
the descriptors below, `threads` of output that belongs to an earlier command.
"""
from _codecs import register_error
from _io import FileIO, TextIOWrapper
from _thread import get_ident
from posix import write as write_fd

session = load('session')
pipes = load('pipes')
stdin = load('stdin')
threads = load('threads')
library = load('library')

_main_thread = get_ident()
_sys = session.sys_names

# Printed by the main thread while no command ran (a signal handler, a finaliser): the next command's.
_early = []
_EARLY_LIMIT = 1 << 20


class Output(FileIO):
    """Descriptor 1 or 2, for the main thread. For a thread of an earlier command: that command's pipe."""

    def write(self, data):
        if type(data) is not bytes:
            data = bytes(memoryview(data).cast('B'))
        if threads.owners or session.command is None:
            return _write_shared(self.target, data)
        return _write_all(self.target, data)

    def flush(self):
        FileIO.flush(self)
        if threads.partial:
            threads.flush(self.target)

    def seekable(self):
        # It would remember what it found when it was made.
        return False


def _write_shared(target, data):
    """While there are threads, a line is written at once: `print` gives its end in a second piece."""
    if session.command is None and get_ident() == _main_thread:
        return _keep(target, data)
    for piece in threads.take_lines(target, data):
        _write_all(threads.route(target), piece)
    return len(data)


def _write_all(fd, data):
    size = len(data)
    written = _write(fd, data)
    while written < size:
        written += _write(fd, data[written:] if written < 4096 else memoryview(data)[written:])
    return size


def _write(fd, data):
    try:
        return write_fd(fd, data)
    except BlockingIOError:
        # A child made the pipe that it shares with us non-blocking, as Node does.
        library.import_own('select').select((), (fd,), ())
        return 0


def _keep(target, data):
    if sum(len(kept) for _, kept in _early) < _EARLY_LIMIT:
        _early.append((target, data))
    return len(data)


class Stdout(Output):
    target = 1


class Stderr(Output):
    target = 2


def _escape(error):
    """Bytes that came in as surrogates go out as they were; any other lone surrogate is spelled out."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    out = b''
    for character in error.object[error.start:error.end]:
        code = ord(character)
        out += bytes((code - 0xDC00,)) if 0xDC80 <= code <= 0xDCFF else b'\\u%04x' % code
    return out, error.end


_ERRORS = 'surrogateescape-backslashreplace'


def _make_output(kind, name, errors):
    raw = kind(kind.target, 'w', closefd=False)
    raw.name = name
    text = TextIOWrapper(raw, encoding='utf-8', errors=errors, newline='\n', write_through=True)
    text.mode = 'w'
    return text


def install():
    register_error(_ERRORS, _escape)
    pipes.install()
    _make_stdout()
    _make_stderr()
    _set('stdin', stdin.make())
    threads.write = _write_all


def _make_stdout():
    global stdout
    stdout = _make_output(Stdout, '<stdout>', _ERRORS)
    _set('stdout', stdout)


def _make_stderr():
    global stderr
    stderr = _make_output(Stderr, '<stderr>', 'backslashreplace')
    _set('stderr', stderr)


def _set(name, stream):
    _sys[name] = _sys['__' + name + '__'] = stream


def _is_usable(stream):
    # No other class is asked: its `closed` may be the user's code.
    return stream is not None and not (type(stream) is TextIOWrapper and _is_closed(stream))


def _is_closed(stream):
    try:
        return stream.closed
    except ValueError:
        # Its buffer was detached.
        return True


def mend():
    """A stream that was closed, deleted or set to None comes back; one that was replaced stays replaced."""
    if _is_broken('stdout', stdout):
        _make_stdout()
    if _is_broken('stderr', stderr):
        _make_stderr()
    if _is_broken('stdin', stdin.stream):
        _set('stdin', stdin.make())


def _is_broken(name, ours):
    current = _sys.get(name)
    return _is_closed(ours) if current is ours else not _is_usable(current)


def begin(command, stdin_path):
    pipes.begin(command.stdout, command.stderr)
    if stdin_path is not None:
        stdin.begin(stdin_path)
    mend()
    if _early:
        _tell_early()


def _tell_early():
    early = list(_early)
    del _early[:]
    for fd, data in early:
        try:
            write_fd(fd, data)
        except OSError:
            # Closed, or led to a place that takes nothing, by the user.
            pass


def end():
    if threads.partial:
        threads.flush_dead()
    stdin.end()
    pipes.end()


def needs_flush():
    """Whether the user's own streams, or settings of ours, keep output in a buffer."""
    return (
        _sys.get('stdout') is not stdout
        or _sys.get('stderr') is not stderr
        or not (_writes_through(stdout) and _writes_through(stderr))
    )


def _writes_through(stream):
    try:
        return stream.write_through
    except ValueError:
        return True
