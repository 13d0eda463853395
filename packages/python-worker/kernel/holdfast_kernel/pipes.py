"""Descriptors 1 and 2: each command's own pipes, unless the user pointed them elsewhere.

Capture is at the level of descriptors, so that subprocesses and C libraries are seen. Between commands
both lead to /dev/null, so that a pipe is free as soon as nobody else writes to it.
"""
from posix import O_CLOEXEC, O_RDWR, O_WRONLY, close, dup2, fstat
from posix import open as open_path

channel = load('channel')

# What descriptors 1 and 2 were when the last command ended: one of that command's pipes (1, 2), or 0:
# the user pointed it elsewhere, and there it stays.
_placed = {1: 1, 2: 2}
_null = -1
# (inode, device) of the running command's pipes.
_out_id = _err_id = None
_out_path = _err_path = ''
# Descriptors that are still to be let go of; negative, where it is known what they were.
_held = []
# By path, from the last time it was opened: a hint that saves a system call, see `_has_news`.
_identities = {}


def install():
    open_null()
    dup2(_null, 1)
    dup2(_null, 2)


def open_null():
    global _null
    _null = channel.lift(open_path('/dev/null', O_RDWR | O_CLOEXEC))


def to_null(fd):
    try:
        dup2(_null, fd)
    except OSError:
        # The user closed it.
        open_null()
        dup2(_null, fd)


def is_null(fd):
    """@raises OSError: the descriptor is closed"""
    return fstat(fd).st_rdev == fstat(_null).st_rdev != 0


def begin(stdout, stderr):
    """Points the descriptors at the command's pipes, given as paths."""
    global _out_id, _err_id, _out_path, _err_path
    _out_path, _err_path = stdout, stderr
    _held[:] = (1, 2)
    _out_id = _place(1, stdout)
    _err_id = _place(2, stderr)


def _place(number, path):
    """Opens the pipe as whatever descriptor means it. Returns its identity, as far as known."""
    fd = open_path(path, O_WRONLY | O_CLOEXEC)
    if fd == 0:
        # The user closed descriptor 0, and the next file they open must not become stdin.
        fd = channel.lift(fd)
        to_null(0)
    if _placed[1] == number:
        dup2(fd, 1)
    if _placed[2] == number:
        dup2(fd, 2)
    identity = _identities.get(path)
    if identity is None:
        if len(_identities) > 1000:
            _identities.clear()
        status = fstat(fd)
        identity = _identities[path] = status.st_ino, status.st_dev
    close(fd)
    return identity


def end():
    """Lets go of the pipes, and notes what the user made of the descriptors. Can be repeated."""
    while _held:
        number = _held[-1]
        if number > 0:
            _placed[number] = _find_place(number)
            # Decided: once it leads to /dev/null, it can not be told any more.
            _held[-1] = -number
        elif _placed[-number] == 0:
            _held.pop()
        else:
            to_null(-number)
            _held.pop()


def _find_place(number):
    try:
        status = fstat(number)
    except OSError:
        # Closed: the next file the user opens must not become stdout.
        return number
    identity = status.st_ino, status.st_dev
    if identity == (_out_id if number == 1 else _err_id):
        return number
    if identity == (_err_id if number == 1 else _out_id):
        return 3 - number
    return _find_place(number) if _has_news() else 0


def _has_news():
    """Whether a path leads to another pipe than when it was first opened: the host closes and opens some."""
    global _out_id, _err_id
    before = _out_id, _err_id
    identities = []
    for path in (_out_path, _err_path):
        fd = open_path(path, O_WRONLY | O_CLOEXEC)
        status = fstat(fd)
        close(fd)
        identity = _identities[path] = status.st_ino, status.st_dev
        identities.append(identity)
    _out_id, _err_id = identities
    return before != (_out_id, _err_id)
