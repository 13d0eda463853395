"""Descriptor 0 and `sys.stdin`: what the command was given, else /dev/null or what the user put there.

A command reads afresh: what an earlier one left unread in a buffer is gone with that command.
"""
from _io import BufferedReader, FileIO, TextIOWrapper
from posix import O_CLOEXEC, O_NONBLOCK, O_RDONLY, close, dup, dup2, fstat, set_blocking
from posix import open as open_path

session = load('session')
channel = load('channel')
pipes = load('pipes')

_sys = session.sys_names

# (inode, device) of the pipe the running command was given.
_given_id = None
# The user's own descriptor 0, while a command is given another.
_saved = -1


class Input(FileIO):
    """Descriptor 0; knows whether anyone read from it."""

    used = False

    def readinto(self, buffer):
        self.used = True
        return FileIO.readinto(self, buffer)

    def readall(self):
        self.used = True
        return FileIO.readall(self)


def make():
    global stream, _input
    _input = Input(0, 'r', closefd=False)
    _input.name = '<stdin>'
    # Line ends are left as they are, as the interpreter's own stdin does.
    stream = TextIOWrapper(BufferedReader(_input), encoding='utf-8', errors='surrogateescape', newline='\n')
    stream.mode = 'r'
    return stream


def begin(path):
    global _given_id, _saved
    is_users = _is_users()
    # Its writer may have written all and be gone: without O_NONBLOCK, opening would wait for ever.
    fd = open_path(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    set_blocking(fd, True)
    status = fstat(fd)
    _given_id = status.st_ino, status.st_dev
    if fd == 0:
        fd = channel.lift(fd)
    if is_users:
        _saved = channel.lift(dup(0))
    dup2(fd, 0)
    close(fd)
    # Whether a file can be sought in, it finds out when it is made.
    _renew()


def end():
    if _given_id is not None:
        _take_back()
    # Where the user put a file in place, reading goes on where it was.
    if _input.used and not _is_users():
        _renew()


def _take_back():
    global _given_id, _saved
    try:
        status = fstat(0)
        is_ours = (status.st_ino, status.st_dev) == _given_id
    except OSError:
        is_ours = True
    _given_id = None
    if is_ours:
        if _saved >= 0:
            dup2(_saved, 0)
        else:
            pipes.to_null(0)
        _renew()
    if _saved >= 0:
        close(_saved)
        _saved = -1


def _is_users():
    try:
        return not pipes.is_null(0)
    except OSError:
        return False


def _renew():
    old = stream
    new = make()
    for key in ('stdin', '__stdin__'):
        if _sys.get(key) is old:
            _sys[key] = new
