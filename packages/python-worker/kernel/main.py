"""Holdfast's Python kernel: one process that runs command after command in a live `__main__`.

How a command goes: `channel` reads the call, `runner` runs it (`streams` gives it its output pipes,
`compiler` turns text into code, `guard` lets interrupts reach the user's code and nobody else),
`errors` and `values` tell what became of it, `channel` answers.

Two rules keep the user's code from breaking the kernel by accident:

- The kernel's modules are not in `sys.modules` and have a private copy of the builtins, taken before
  any command ran: `builtins.open = None`, `del builtins.len`, `sys.modules.clear()` do not reach them.
- They take what they need of `posix`, `_signal`, `_thread` by name at start, so a patched `os.read`
  does not reach them either. What is loaded later (`traceback`, `asyncio`) is expected to be broken
  and has a fallback.

Files that most sessions never need (`errors`, `values`, `loop`, `describe`, `context`, `frames`) load on
first use.
"""


def start(folder, control_in, control_out, lifeline=None):
    """Does not return: the process ends in here."""
    import sys
    from _frozen_importlib_external import SourceFileLoader

    main = sys.modules['__main__']
    namespace = main.__dict__
    for name in [name for name in namespace if not name.startswith('__')]:
        del namespace[name]
    # As at a prompt. The control paths must not show, nor the kernel's own command line.
    sys.argv[:] = ['']
    if hasattr(sys, 'orig_argv'):
        sys.orig_argv[:] = [sys.executable]

    # What this very function runs with: whoever started it gave it a copy.
    private = globals()['__builtins__']
    module_type = type(sys)
    modules = {}

    def load(name):
        module = modules.get(name)
        if module is None:
            full_name = 'holdfast_kernel.' + name
            path = folder + '/holdfast_kernel/' + name + '.py'
            try:
                code = SourceFileLoader(full_name, path).get_code(full_name)
            except BaseException:
                # The import system shares the user's builtins, which may be gone.
                code = compile(read_file(path), path, 'exec', 0, True)
            module = module_type(full_name)
            # Private from the first line on: `exec` would put the shared builtins in.
            module.__dict__.update(__builtins__=private, load=load, __file__=path)
            modules[name] = module
            try:
                exec(code, module.__dict__)
            except BaseException:
                del modules[name]
                raise
        return module

    def read_file(path):
        posix = load('session').posix
        fd = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)
        try:
            return posix.read(fd, 1_000_000)
        finally:
            posix.close(fd)

    session = load('session')
    session.main = main
    session.namespace = namespace
    session.folder = folder
    session.bootstrap = sys._getframe(1).f_code
    load('channel').open_channel(control_in, control_out, lifeline)
    load('server').serve()
