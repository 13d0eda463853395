"""One event loop for all commands: a task started in one goes on while a later one awaits."""

_loop = None


def run(coroutine):
    """Runs a command that awaits. A KeyboardInterrupt cancels it, so that its `finally` blocks run."""
    loop = current()
    task = loop.create_task(coroutine)
    try:
        return loop.run_until_complete(task)
    except BaseException:
        if not task.done():
            _cancel(loop, task)
        raise
    finally:
        coroutine.close()


def _cancel(loop, task):
    import asyncio
    task.cancel()
    try:
        loop.run_until_complete(task)
    except (asyncio.CancelledError, Exception):
        pass


def current():
    """The loop that `asyncio.get_event_loop()` gives; made, if there is none."""
    global _loop
    loop = _policy_loop()
    if _is_usable(loop):
        _loop = loop
        return loop
    import asyncio
    if not _is_usable(_loop):
        _loop = asyncio.new_event_loop()
    asyncio.set_event_loop(_loop)
    return _loop


def keep_current():
    """After `asyncio.run()`, which leaves none."""
    if _loop is not None:
        current()


def _is_usable(loop):
    return loop is not None and not loop.is_closed()


def _policy_loop():
    """Asks without making one, and without a warning."""
    import asyncio
    events = asyncio.events
    get_policy = getattr(events, '_get_event_loop_policy', None) or events.get_event_loop_policy
    local = getattr(get_policy(), '_local', None)
    return getattr(local, '_loop', None)
