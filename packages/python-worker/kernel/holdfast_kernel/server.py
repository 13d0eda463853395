"""Answers calls, one after the other, until the host asks for the end or is gone."""
from posix import _exit, getpid, register_at_fork

session = load('session')
wire = load('wire')
channel = load('channel')
guard = load('guard')
threads = load('threads')
streams = load('streams')
sources = load('sources')
library = load('library')
audit = load('audit')
runner = load('runner')


def serve():
    guard.install()
    threads.install()
    streams.install()
    audit.install()
    sources.install()
    for name in ('traceback', 'inspect', 'bdb'):
        library.adopt_imported(name, lambda module: load('frames').adopt(module))
    # A signal handler of the user's may raise at any instruction, so also where no `try` of the inner
    # loop reaches: between two rounds. The outer one catches that, unless the same happens to it.
    while True:
        try:
            while True:
                try:
                    _serve()
                except BaseException as error:
                    _recover(error)
        except BaseException as error:
            _recover(error)


# The call that is being answered, and how far that got: whatever interrupts it, it is answered once.
_message = None
_is_begun = False
_answer = None
_last_id = None
# How often in a row it could not be. A handler that raises passes; a limit the user set may not.
_failures = 0
_MOST_FAILURES = 1_000


def _serve():
    global _message, _is_begun, _answer, _last_id, _failures
    while True:
        if _message is None:
            _is_begun, _answer = False, None
            _message = channel.peek()
        if _answer is None:
            _answer = _compose(_message)
        runner.finish()
        if _answer:
            channel.send(_answer)
        _last_id = _message.get('id')
        channel.drop()
        _message = None
        _failures = 0


def _recover(error):
    global _failures
    _leave_if_child(error)
    if session.made_room(error):
        return
    _failures += 1
    if _failures > _MOST_FAILURES:
        # The host can tell of an end, and begin anew; not of a kernel that tries for ever.
        _exit(1)


def _leave_if_child(error):
    """A forked child's way out, past all that goes on serving: see `_end_child` in runner."""
    if getpid() != session.pid:
        raise error if type(error) is SystemExit else SystemExit(1)


def _compose(message):
    """The answer's line; empty where none is due."""
    global _is_begun
    ident = message.get('id')
    if type(ident) is not str or ident == _last_id:
        # Answered already: interrupted before it was dropped.
        return ''
    head = '{"id":' + wire.quote(ident) + ','
    try:
        if _is_begun:
            raise RuntimeError('interrupted by a signal handler')
        _is_begun = True
        return head + '"type":"RAW","value":' + _perform(message) + '}'
    except BaseException as error:
        _leave_if_child(error)
        failure = {'name': type(error).__name__, 'message': _text_of(error), 'stack': type(error).__name__}
        thrown = wire.encode({'isError': True, 'value': failure})
        return head + '"type":"HANDLER","name":"throw","value":' + thrown + '}'


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
