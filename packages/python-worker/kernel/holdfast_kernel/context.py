"""Working directory and environment: told, set, and changed for one command alone."""
session = load('session')

posix = session.posix
_environ = session.environ


def _encode(text):
    # As in `os.fsencode`; a lone surrogate that stands for no byte has nothing better.
    try:
        return text.encode('utf-8', 'surrogateescape')
    except UnicodeEncodeError:
        return text.encode('utf-8', 'surrogatepass')


def environment():
    return {
        name.decode('utf-8', 'surrogateescape'): value.decode('utf-8', 'surrogateescape')
        for name, value in list(_environ.items())
    }


def working_dir():
    try:
        return posix.getcwd()
    except OSError:
        # Deleted under us.
        try:
            return posix.readlink('/proc/self/cwd')
        except OSError:
            return '/'


def get():
    return {'cwd': working_dir(), 'env': environment()}


def set_all(cwd, env):
    wanted = {_encode(name): _encode(value) for name, value in env.items()}
    for name in [name for name in _environ if name not in wanted]:
        _unset(name)
    for name, value in wanted.items():
        if _environ.get(name) != value:
            _set(name, value)
    if cwd != working_dir():
        posix.chdir(cwd)


def _set(name, value):
    posix.putenv(name, value)
    _environ[name] = value


def _unset(name):
    posix.unsetenv(name)
    _environ.pop(name, None)


def enter(cwd, env):
    """For one command. Returns what undoes it."""
    before = posix.open('.', posix.O_RDONLY | posix.O_DIRECTORY | posix.O_CLOEXEC) if cwd is not None else -1
    if cwd is not None:
        try:
            posix.chdir(cwd)
        except OSError:
            posix.close(before)
            raise
    given = {_encode(name): _encode(value) for name, value in (env or {}).items()}
    old = {name: _environ.get(name) for name in given}
    for name, value in given.items():
        _set(name, value)

    def undo():
        for name, value in old.items():
            # What the command itself set stays.
            if _environ.get(name) != given[name]:
                continue
            if value is None:
                _unset(name)
            else:
                _set(name, value)
        if before >= 0:
            try:
                posix.fchdir(before)
            finally:
                posix.close(before)

    return undo
