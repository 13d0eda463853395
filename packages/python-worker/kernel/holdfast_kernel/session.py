"""What the kernel's modules share: the live namespace and the command that is running."""
import builtins
import os
import sys

import posix as shared_posix

# For what is loaded later: by then the user may have patched the shared one.
posix = type(sys)('posix')
posix.__dict__.update(shared_posix.__dict__)
# Bytes to bytes, under `os.environ`. What the user puts in place of `os.environ` is not what children get.
environ = os.environ._data

pid = posix.getpid()
version = sys.version.split()[0]

# Set by main.py.
main = None
namespace = None
folder = ''
# The code of the frame below all others.
bootstrap = None

# As it was before any command, to put back what a command deleted.
shared_builtins = builtins.__dict__
boot_builtins = dict(shared_builtins)
boot_modules = dict(sys.modules)
boot_path = list(sys.path)
sys_names = sys.__dict__

# The command that is running, or None.
command = None

# Memory that nobody touches: what the kernel goes on with where the user's code has left none.
_RESERVE = 8 << 20
reserve = None


def keep_reserve():
    global reserve
    if reserve is None:
        try:
            reserve = bytes(_RESERVE)
        except MemoryError:
            # Tried again before the next command.
            pass


def made_room(error):
    """Whether what failed may go well now."""
    global reserve
    if not isinstance(error, MemoryError) or reserve is None:
        return False
    reserve = None
    return True


class Command:
    """One command, from its call to its reply, and for as long as its threads may print."""

    __slots__ = ('number', 'filename', 'source', 'stdout', 'stderr', 'late_fds', 'code', 'reply', 'outputs')

    def __init__(self, number, source, stdout, stderr):
        self.number = number
        self.filename = '<command %d>' % number
        self.source = source
        self.stdout = stdout
        self.stderr = stderr
        # Own descriptors of its two pipes, when threads of it outlived it.
        self.late_fds = None
        # What it was compiled to: a traceback begins there.
        self.code = None
        self.reply = {'exitCode': 0}
        self.outputs = []


def mend():
    """Puts back what no later command could do without. Replaced things stay as the user made them."""
    if namespace.get('__builtins__') is not builtins:
        namespace['__builtins__'] = builtins
    if '__name__' not in namespace:
        namespace['__name__'] = '__main__'
    # Notes by line number which warnings were given, but line 1 is another line in each command.
    namespace.pop('__warningregistry__', None)
    if len(shared_builtins) < len(boot_builtins):
        for name, value in boot_builtins.items():
            shared_builtins.setdefault(name, value)
    modules = sys_names.get('modules')
    if type(modules) is not dict or 'sys' not in modules:
        mend_modules()


def mend_modules():
    # The interpreter keeps its own reference to the dictionary: rebinding `sys.modules` does not change it.
    original = live_modules
    for name, module in boot_modules.items():
        original.setdefault(name, module)
    sys_names['modules'] = original


live_modules = sys.modules
