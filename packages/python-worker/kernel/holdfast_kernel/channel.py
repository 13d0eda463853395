"""The control channel: reads calls, writes answers, and ends the process group when the host is gone.

While a command runs nobody reads. So that the host's death is seen even then, the read end is armed:
Linux sends a signal of our choice to whom we choose when the last writer of a pipe goes, and we choose
SIGKILL for the whole group. It needs no thread, costs two `fcntl` calls a command and works while
native code holds the interpreter. A byte that arrives would fire it as well, therefore the driver
holds back all other calls until a command has replied.
"""
import errno
from fcntl import F_DUPFD_CLOEXEC, F_GETFL, F_SETFL, F_SETOWN, fcntl

from _signal import SIGKILL
from posix import O_CLOEXEC, O_RDONLY, O_WRONLY, close, fstat, getpid, kill, killpg, read, write
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
_flags = 0
_is_armed = False
_pending = []
# Called before waiting for a call, with the descriptor to wait for: see threads.
before_wait = None


def open_channel(control_in, control_out):
    _paths['in'] = control_in, O_RDONLY
    _paths['out'] = control_out, O_WRONLY
    _open('in')
    _open('out')


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
    try:
        fd = _fds[side] = lift(open_path(path, mode | O_CLOEXEC))
        _inodes[side] = _identify(fd)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            raise
        end_group()
    if side == 'in':
        try:
            fcntl(fd, F_SETOWN, -session.pid)
            fcntl(fd, F_SETSIG, SIGKILL)
            _flags = fcntl(fd, F_GETFL)
        except OSError:
            _flags = 0


def _identify(fd):
    status = fstat(fd)
    return status.st_ino, status.st_dev


def mend():
    """The user may have closed every descriptor, and opened others since."""
    for side in ('in', 'out'):
        try:
            if _identify(_fds[side]) == _inodes[side]:
                continue
        except OSError:
            # Closed.
            pass
        _open(side)


def arm():
    """From now on the host's death ends this process group at once."""
    global _is_armed
    _is_armed = True
    try:
        fcntl(_fds['in'], F_SETFL, _flags | O_ASYNC)
    except OSError:
        mend()


def disarm():
    """Returns whether the descriptors were still there."""
    global _is_armed
    if not _is_armed:
        return True
    try:
        # The flag also tells that the descriptor is still ours.
        if fcntl(_fds['in'], F_GETFL) & O_ASYNC:
            fcntl(_fds['in'], F_SETFL, _flags)
            _is_armed = False
            return True
    except OSError:
        # Closed.
        pass
    mend()
    _is_armed = False
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
