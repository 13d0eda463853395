"""Runs one command from its call to its reply."""
import sys

from posix import getpid

session = load('session')
wire = load('wire')
channel = load('channel')
guard = load('guard')
streams = load('streams')
pipes = load('pipes')
threads = load('threads')
compiler = load('compiler')
sources = load('sources')

_sys = session.sys_names
_gettrace, _settrace = sys.gettrace, sys.settrace
_getprofile, _setprofile = sys.getprofile, sys.setprofile
_get_limit, _set_limit = sys.getrecursionlimit, sys.setrecursionlimit

# What the user's debugger or profiler set: theirs while their code runs, off while ours does.
_trace = _profile = None
_user_limit = 0
# Enough for the kernel and the library to tell of an error.
_LEAST_LIMIT = 300

_COROUTINE = 0x80
_ATOMS = {int, float, complex, bool, str, bytes, range}
_PLAIN = _ATOMS | {list, tuple, dict, set, frozenset}
TEXT_LIMIT = 100_000

_number = 0
_unfinished = None
_VALUE = compiler.VALUE


def run(request):
    """Returns the reply as JSON."""
    global _number
    _number += 1
    command = session.Command(
        _number, compiler.prepare(request['code']), request['stdout'], request['stderr']
    )
    _insist(_begin, command, request)
    error = undo = None
    try:
        if 'cwd' in request or 'env' in request:
            undo = load('context').enter(request.get('cwd'), request.get('env'))
        _, error = guard.guarded(_execute, command)
    except BaseException as raised:
        error = raised
    session.made_room(error)
    _insist(_leave_user_code)
    if getpid() != session.pid:
        _end_child(command, error)
    try:
        if error is not None:
            _insist(load('errors').report, command, error)
            error = None
        if _needs_settling():
            _insist(guard.guarded, load('values').settle, command)
    except BaseException as raised:
        # The kernel itself failed (no memory, no descriptors): told as the command's error.
        _tell_of_failure(command, raised)
    if undo is not None:
        try:
            _insist(undo)
        except OSError:
            # The folder it came from can not be entered any more.
            pass
    reply = command.reply
    if command.outputs:
        reply['outputs'] = command.outputs
    if len(reply) == 1 and reply['exitCode'] == 0:
        return '{"exitCode":0}'
    return wire.encode(reply)


def finish():
    """Ends what `run` began. Called before its reply is sent, and again if it was cut short."""
    global _unfinished
    if _unfinished is None:
        return
    if not channel.is_intact():
        channel.mend()
        pipes.open_null()
    try:
        threads.end_command(_unfinished)
    except OSError:
        # No descriptor is left for the threads' late output: it goes where output goes then.
        pass
    session.command = None
    streams.end()
    guard.end()
    _unfinished = None


def _insist(step, *arguments):
    """Does it again when it was cut short by a signal handler of the user's that raised."""
    for _ in range(10):
        try:
            return step(*arguments)
        except (OSError, MemoryError) as raised:
            if not session.made_room(raised):
                raise
            failure = raised
        except BaseException as raised:
            failure = raised
    raise failure


def _begin(command, request):
    global _unfinished
    _unfinished = command
    session.mend()
    session.keep_reserve()
    streams.begin(command, request.get('stdin'))
    session.command = command
    if _user_limit:
        _restore_limit()
    sources.remember(command)
    # Last: done again, it would forget asks of this command.
    guard.begin(request.get('signalsBefore', 0))


def _execute(command):
    """As the user's code: the interrupt's target, with the user's tracing."""
    global _trace, _profile
    # From here on an ask is heard at once.
    if guard.unheard:
        raise KeyboardInterrupt
    code, line = compiler.compile_command(command.source, command.filename)
    command.code = code
    if not _asyncio_is_ready and 'asyncio' in command.source:
        _make_asyncio_ready()
    namespace = session.namespace
    # No function of ours is called in here: the user's tracer would see it.
    try:
        if _trace is not None:
            _settrace(_trace)
        if _profile is not None:
            _setprofile(_profile)
        if code.co_flags & _COROUTINE:
            load('loop').run(eval(code, namespace))
        else:
            eval(code, namespace)
    except MemoryError:
        # At once: without any, CPython 3.11 tries for ever to leave a `finally`.
        session.reserve = None
        raise
    finally:
        value = namespace.pop(_VALUE, None)
        _trace = _gettrace()
        if _trace is not None:
            _settrace(None)
        _profile = _getprofile()
        if _profile is not None:
            _setprofile(None)
    if value is not None and line:
        values = [value]
        value = None
        _present(command, values, line)


def _present(command, values, line):
    value = values[0]
    text = repr(value)
    if len(text) > TEXT_LIMIT:
        text = text[:TEXT_LIMIT] + '… (%d more characters)' % (len(text) - TEXT_LIMIT)
    data = {} if type(value) in _PLAIN else load('values').mime_data(value)
    command.reply['result'] = {'text': text, 'data': data}
    if type(value) not in _ATOMS:
        del value
        _let_go(values, command.filename, line)


_RELEASE = (lambda values: values.clear()).__code__
_FUNCTION = type(_present)


def _let_go(values, filename, line):
    """Warnings of what ends here (a coroutine that was never awaited, an open file) name the command's line."""
    code = _RELEASE.replace(co_filename=filename, co_firstlineno=line, co_name='<module>')
    _FUNCTION(code, session.namespace)(values)


_asyncio_is_ready = False


def _make_asyncio_ready():
    """So that `asyncio.get_event_loop()` gives the session's loop, without a warning, from the first use on."""
    global _asyncio_is_ready
    _asyncio_is_ready = True
    try:
        load('loop').current()
    except Exception:
        # Not the name of the library then, or a broken one: the user's own import will tell.
        pass


def _leave_user_code():
    global _user_limit
    # An interrupt may have left them on.
    if _gettrace() is not None:
        _settrace(None)
    if _getprofile() is not None:
        _setprofile(None)
    limit = _get_limit()
    if limit < _LEAST_LIMIT:
        _user_limit = limit
        _set_limit(1000)


def _restore_limit():
    global _user_limit
    limit, _user_limit = _user_limit, 0
    try:
        _set_limit(limit)
    except RecursionError:
        pass


def _needs_settling():
    modules = session.live_modules
    return (
        'ctypes' in modules
        or 'matplotlib.pyplot' in modules
        or 'asyncio' in modules
        or streams.needs_flush()
    )


def _tell_of_failure(command, raised):
    message = 'in the kernel: ' + repr(raised)[:1000]
    command.reply = {'exitCode': 1, 'error': {'name': type(raised).__name__, 'message': message}}


def _end_child(command, error):
    """A forked child came to the end of the user's code: it ends as a script's would. Does not return.

    Not at once: the interpreter waits for its threads, calls exit handlers, and closes files.
    """
    channel.forget()
    threads.forget()
    status = 0
    try:
        if error is not None:
            load('errors').report(command, error)
            status = command.reply['exitCode']
    except BaseException:
        status = 1
    guard.release()
    raise SystemExit(status)
