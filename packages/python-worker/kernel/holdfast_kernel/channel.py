"""The control channel: reads calls, writes answers, and ends the process group when the host is gone.

While a command runs nobody reads. So that the host's death is seen even then, there is a third pipe, the
lifeline. The host holds its only write end and never writes: when that closes, Linux sends a signal of our
choice to whom we choose, and we choose SIGKILL for the whole group. It needs no thread and works while
native code holds the interpreter. It can not be the pipe of the calls: Linux tells of a byte that arrives
in the same way, and of one that was read already may tell late.
"""
import errno
from fcntl import F_DUPFD_CLOEXEC, F_GETFL, F_SETFL, F_SETOWN, fcntl

from _signal import SIGKILL
from posix import O_CLOEXEC, O_NONBLOCK, O_RDONLY, O_WRONLY, close, fstat, getpid, kill, killpg, read, write
from posix import open as open_path

session = load('session')
wire = load('wire')

# Out of the way of what the user opens, and below the usual limit of 1,024.
FIRST_FD = 240
O_ASYNC = 0o20000
F_SETSIG = 10

_paths = {}
_fds = {}
_inodes = {}
# The side that was opened first, and its flags.
_first = ''
_flags = 0
_pending = []
# Called before waiting for a call, with the descriptor to wait for: see threads.
before_wait = None


def open_channel(control_in, control_out, lifeline):
    global _first
    if lifeline is not None:
        # Its writer may be gone already.
        _paths['lifeline'] = lifeline, O_RDONLY | O_NONBLOCK
    _paths['in'] = control_in, O_RDONLY
    _paths['out'] = control_out, O_WRONLY
    _first = next(iter(_paths))
    for side in _paths:
        _open(side)


def lift(fd):
    """Moves a descriptor out of the user's way."""
    try:
        high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD)
    except OSError:
        # The user's limit is lower than that.
        return fd
    close(fd)
    return high


def _open(side):
    global _flags
    path, mode = _paths[side]
    # Noted again when all is done: whatever interrupts this, it is found unfinished.
    _inodes.pop(side, None)
    try:
        fd = _fds[side] = lift(open_path(path, mode | O_CLOEXEC))
        identity = _identify(fd)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            raise
        end_group()
    if side == 'lifeline':
        _arm(fd)
    if side == _first:
        _flags = fcntl(fd, F_GETFL)
    _inodes[side] = identity


def _arm(fd):
    """From now on, and for good, the host's death ends this process group at once."""
    try:
        fcntl(fd, F_SETOWN, -session.pid)
        fcntl(fd, F_SETSIG, SIGKILL)
        fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC)
    except OSError:
        # Not on what only behaves like Linux: there the host's reaper does it, and the end of the calls.
        return
    try:
        read(fd, 1)
    except BlockingIOError:
        # As it should be: somebody could write.
        return
    end_group()


def _identify(fd):
    status = fstat(fd)
    return status.st_ino, status.st_dev


def mend():
    """The user may have closed every descriptor, and opened others since."""
    for side in _paths:
        if not _is_ours(side):
            _open(side)


def _is_ours(side):
    try:
        is_same = _identify(_fds[side]) == _inodes.get(side)
    except OSError:
        # Closed.
        return False
    return is_same and (side != _first or is_intact())


def is_intact():
    """Whether the user left the descriptors alone. Who closes all of them begins below: the first tells."""
    try:
        return fcntl(_fds[_first], F_GETFL) == _flags
    except OSError:
        # Closed.
        return False


def end_group():
    try:
        killpg(session.pid, SIGKILL)
    finally:
        kill(getpid(), SIGKILL)


def peek():
    """Waits for the next message, and leaves it there."""
    while True:
        end = _pending[-1].find(b'\n') if _pending else -1
        if end < 0:
            _read_more()
            continue
        if len(_pending) > 1:
            # In one step, whatever interrupts it.
            _pending[:] = (b''.join(_pending),)
            continue
        try:
            message = wire.decode(_pending[0][:end].decode('utf-8', 'replace'))
        except (ValueError, StopIteration, RecursionError):
            message = None
        if type(message) is dict:
            return message
        drop()


def drop():
    """Takes the message away."""
    rest = _pending[0][_pending[0].find(b'\n') + 1:]
    _pending[:] = (rest,) if rest else ()


def _read_more():
    try:
        if before_wait is not None:
            before_wait(_fds['in'])
        # In one C call with its result: a signal handler of the user's that raises may come between
        # any two steps of ours, and must not lose what was read.
        _pending.extend(map(read, (_fds['in'],), (65536,)))
    except OSError:
        mend()
    if _pending and not _pending[-1]:
        end_group()


def send(text):
    rest = memoryview(text.encode('ascii') + b'\n')
    while rest:
        written = []
        try:
            written.extend(map(write, (_fds['out'],), (rest,)))
        except BrokenPipeError:
            end_group()
        except OSError:
            _open('out')
        except BaseException:
            # The user's signal handler raised. What was written is known all the same.
            pass
        if written:
            rest = rest[written[0]:]


def forget():
    """In a forked child: the channel is the parent's."""
    for fd in _fds.values():
        try:
            close(fd)
        except OSError:
            # Closed by the user already.
            pass
