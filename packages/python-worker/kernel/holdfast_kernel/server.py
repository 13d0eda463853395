"""Answers calls, one after the other, until the host asks for the end or is gone."""
from posix import _exit, getpid, register_at_fork

session = load('session')
wire = load('wire')
channel = load('channel')
guard = load('guard')
threads = load('threads')
streams = load('streams')
sources = load('sources')
runner = load('runner')


def serve():
    guard.install()
    threads.install()
    streams.install()
    sources.install()
    while True:
        try:
            _answer(channel.receive())
        except BaseException:
            # A signal handler of the user's raised while the kernel was at work.
            if getpid() != session.pid:
                _exit(1)


def _answer(message):
    ident = wire.quote(message['id']) if type(message.get('id')) is str else None
    try:
        value = _perform(message)
    except BaseException as error:
        error.__traceback__ = None
        failure = {
            'name': type(error).__name__, 'message': _text_of(error), 'stack': type(error).__name__,
        }
        thrown = wire.encode({'isError': True, 'value': failure})
        _send(ident, '"type":"HANDLER","name":"throw","value":' + thrown)
        return
    _send(ident, '"type":"RAW","value":' + value)


def _send(ident, fields):
    if ident is not None:
        channel.send('{"id":' + ident + ',' + fields + '}')


def _text_of(error):
    try:
        return str(error)[:10_000]
    except BaseException:
        return ''


def _perform(message):
    """Returns JSON."""
    kind = message.get('type')
    if kind == 'RELEASE':
        return 'null'
    path = message.get('path')
    call = _CALLS.get(path[0]) if kind == 'APPLY' and type(path) is list and len(path) == 1 else None
    if call is None:
        raise ValueError('the Python kernel has no such call: %s %s' % (kind, path))
    arguments = message.get('argumentList') or [{}]
    return call(arguments[0].get('value'))


def _hello(_):
    return wire.encode({'pid': session.pid, 'version': session.version})


def _describe(_):
    return wire.encode(load('describe').describe())


def _get_context(_):
    return wire.encode(load('context').get())


def _set_context(context):
    load('context').set_all(context['cwd'], context['env'])
    return 'null'


def _interrupt(_):
    # Between commands there is nothing to interrupt. During one, signals do it: see guard.
    return 'null'


def _shutdown(_):
    """Exit handlers, then out: no waiting for threads, no taking apart of a large heap."""
    import atexit
    guard.guarded(lambda _: atexit._run_exitfuncs(), None)
    _exit(0)


_CALLS = {
    'hello': _hello,
    'run': runner.run,
    'describe': _describe,
    'getContext': _get_context,
    'setContext': _set_context,
    'interrupt': _interrupt,
    'shutdown': _shutdown,
}


def _after_fork_in_child():
    channel.forget()
    threads.forget()


register_at_fork(after_in_child=_after_fork_in_child)
