"""Output of a thread belongs to the command that started it, however late it comes.

Every thread is noted with its command when it starts (a thread that a thread starts inherits). When
a command ends while threads of it live, it keeps descriptors of its pipes until the last one is gone.
"""
import sys

import _thread
from _thread import get_ident
from posix import O_CLOEXEC, O_WRONLY, close
from posix import open as open_path

session = load('session')
channel = load('channel')
library = load('library')

_main_thread = get_ident()
owners = {}
# (ident, descriptor) to the beginning of a line that the thread has not ended yet.
partial = {}
_LONGEST_PARTIAL = 65536
# Set by streams.
write = None
# Started without a handshake: may not have run yet.
_fresh = set()
_late = []
_frames = sys._current_frames


def install():
    start = _thread.start_new_thread
    start_joinable = getattr(_thread, 'start_joinable_thread', None)

    def start_new_thread(function, *arguments, **options):
        owner = _owner()
        ident = start(function, *arguments, **options)
        _note(ident, owner, function)
        return ident

    def start_joinable_thread(function, *arguments, **options):
        owner = _owner()
        handle = start_joinable(function, *arguments, **options)
        _note(handle.ident, owner, function)
        return handle

    start_new_thread.__doc__ = start.__doc__
    _thread.start_new_thread = _thread.start_new = start_new_thread
    if start_joinable is not None:
        start_joinable_thread.__doc__ = start_joinable.__doc__
        _thread.start_joinable_thread = start_joinable_thread
    # Loaded already, where a .pth file of the installation needs it.
    threading = session.live_modules.get('threading')
    if threading is not None:
        threading._start_new_thread = start_new_thread
        if start_joinable is not None:
            threading._start_joinable_thread = start_joinable_thread


def _owner():
    return owners.get(get_ident()) or session.command


def _note(ident, owner, function):
    if owner is None:
        return
    owners[ident] = owner
    # `threading` waits until its threads run.
    if getattr(function, '__name__', '') != '_bootstrap':
        _fresh.add(ident)


def route(fd):
    """Where the current thread writes when it means descriptor 1 or 2."""
    return _route(get_ident(), fd)


def _route(ident, fd):
    owner = owners.get(ident)
    if owner is not None and owner.late_fds is not None:
        return owner.late_fds[fd - 1]
    return fd


def take_lines(fd, data):
    """What of the current thread's output is to be written now: whole lines, if there are any."""
    key = get_ident(), fd
    data = partial.pop(key, b'') + data
    end = data.rfind(b'\n') + 1
    if len(data) - end < _LONGEST_PARTIAL:
        if end < len(data):
            partial[key] = data[end:]
            data = data[:end]
    return (data,) if data else ()


def flush(fd):
    ident = get_ident()
    data = partial.pop((ident, fd), b'')
    if data:
        write(_route(ident, fd), data)


def flush_dead():
    """Unfinished lines of the main thread, and of threads that live no more."""
    alive = _frames()
    for ident, fd in list(partial):
        if ident == _main_thread or ident not in alive:
            data = partial.pop((ident, fd), b'')
            if data:
                _try_write(_route(ident, fd), data)


def _try_write(fd, data):
    try:
        write(fd, data)
    except OSError:
        # The user closed it.
        pass


def end_command(command):
    """Keeps the command's pipes open for the threads it leaves behind."""
    if not owners:
        return
    if _fresh:
        _let_start()
    prune()
    if command.late_fds is None and command in owners.values():
        command.late_fds = (_open(command.stdout), _open(command.stderr))
        _late.append(command)
        channel.before_wait = wait


def _open(path):
    return channel.lift(open_path(path, O_WRONLY | O_CLOEXEC))


def _let_start():
    from time import sleep
    for _ in range(10):
        if _fresh.issubset(_frames()):
            break
        sleep(0.0001)
    _fresh.clear()


def prune():
    if partial:
        flush_dead()
    alive = _frames()
    for ident in [ident for ident in owners if ident not in alive]:
        del owners[ident]
    if not _late:
        return
    living = set(owners.values())
    for command in [command for command in _late if command not in living]:
        _late.remove(command)
        for fd in command.late_fds:
            try:
                close(fd)
            except OSError:
                pass


def wait(fd):
    """Waits for the next call, and meanwhile lets go of pipes whose last thread has ended."""
    select = library.import_own('select').select
    seconds = 0.02
    while _late:
        if select((fd,), (), (), seconds)[0]:
            return
        prune()
        seconds = min(seconds * 2, 1)
    channel.before_wait = None


def forget():
    """In a forked child, no other thread lives."""
    owners.clear()
    partial.clear()
    _fresh.clear()
    del _late[:]
