"""The user's audit hooks hear of what the user's code does, and not of the kernel's own work.

A hook can not be taken away again, and one that refuses files would refuse the kernel its pipes.
"""
import sys
from _thread import get_ident

session = load('session')
guard = load('guard')

_main_thread = get_ident()
_FOLDER = session.folder + '/'
_getframe = sys._getframe
# What the kernel does to run a command, at a time when the user's code counts as running.
_OWN = {
    'code.__new__', 'compile', 'exec', 'function.__new__', 'open', 'sys.setprofile', 'sys.settrace',
}
# Not empty while this looks at the stack, which is an event itself.
_looking = []


def install():
    add = sys.addaudithook

    def addaudithook(hook):
        def heed(event, arguments):
            if not _is_kernels(event):
                hook(event, arguments)
        if getattr(hook, '__cantrace__', False):
            heed.__cantrace__ = True
        add(heed)

    addaudithook.__doc__ = add.__doc__
    sys.addaudithook = addaudithook


def _is_kernels(event):
    if get_ident() != _main_thread:
        return False
    if not guard.is_user_code or _looking:
        return True
    if event not in _OWN:
        return False
    _looking.append(event)
    try:
        return _getframe(2).f_code.co_filename.startswith(_FOLDER)
    finally:
        _looking.clear()
