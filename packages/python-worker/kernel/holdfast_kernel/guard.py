"""Interrupts: they reach the user's code, and never the kernel's.

Two signals ask a command to stop. SIGINT is the user's: outside commands it is ignored, inside its
handler is whatever the user made of it. SIGSTKFLT, which nothing on Linux uses, is the driver's: its
handler knows which frame was interrupted, so that it can insist where SIGINT is ignored or caught.

- First ask: as SIGINT would, if the user has a handler of their own; else KeyboardInterrupt.
- Second ask: KeyboardInterrupt, whatever SIGINT is.
- Third ask: KeyboardInterrupt again and again, at each bytecode boundary, until the command is left.
  `while True: try: ... except BaseException: pass` ends: the second one comes when the first was
  caught, at the loop's backward jump or inside the handler, and both are outside of the `try`.

An ask that comes when no user code runs is counted: a command may be asked to stop while this process has
not got round to beginning it, and then it never begins.
"""
import sys
from itertools import chain

import _signal
import _thread
from _signal import SIGINT, default_int_handler, getsignal
from _signal import signal as set_handler

# SIGSTKFLT: Python has a name for it from 3.11 on.
SIGASK = 16 if sys.platform == 'linux' else None

# Takes (signum, frame), does nothing, runs no bytecode.
ignore = {}.get

user_handler = default_int_handler
is_user_code = False
asks = 0
# Asks that came while no user code ran, since the last command was over.
unheard = 0


def begin(sent_before):
    """A command begins. So many asks were sent for the one before: late ones are not for this one."""
    global asks, unheard
    asks = 0
    # Most of them did their work then. Which, nobody knows: better an ask lost, there is another, than a command.
    unheard = max(0, unheard - sent_before)


def end():
    """A command is over, and no other can have been asked to stop before this one is answered."""
    global unheard
    unheard = 0


def guarded(action, argument):
    """Calls `action(argument)` as the user's code. Returns its value and the exception that ended it."""
    global is_user_code, user_handler
    value = error = None
    try:
        try:
            set_handler(SIGINT, user_handler)
            is_user_code = True
            value = action(argument)
            is_user_code = False
        finally:
            is_user_code = False
            user_handler = set_handler(SIGINT, ignore)
    except BaseException as raised:
        error = raised
    # SIGINT may have come between the user's last instruction and the change of handlers.
    while getsignal(SIGINT) is not ignore:
        try:
            user_handler = set_handler(SIGINT, ignore)
        except BaseException as raised:
            error = error or raised
    if user_handler is ignore or user_handler is None:
        user_handler = default_int_handler
    return value, error


def release():
    """For good: what runs from here on is the user's, until the process ends."""
    set_handler(SIGINT, user_handler)


_GUARD = guarded.__code__


def on_ask(signum, frame):
    global asks, unheard
    if not is_user_code or frame is None or frame.f_code is _GUARD:
        unheard += 1
        return
    asks += 1
    if asks == 1:
        handler = getsignal(SIGINT)
        if callable(handler) and handler is not default_int_handler:
            _signal.raise_signal(SIGINT)
            return
    if asks < 3:
        raise KeyboardInterrupt
    if _MAY_SKIP and _toss():
        try:
            _raise_and_arm()
        except KeyboardInterrupt:
            # Armed all the same.
            return
    _raise_and_arm()


# On 3.12 a check at a backward jump counts as part of what is jumped to, which may be the `try`: raised
# at each boundary, the interrupt would be caught for ever. Left out now and then, it meets another one.
_MAY_SKIP = sys.version_info >= (3, 12)
_dice = 1


def _toss():
    global _dice
    _dice = _dice * 1103515245 + 12345 & 0x7FFFFFFF
    return _dice >> 16 & 1

def _raise_and_arm():
    # One C call: marks the signal as arrived and raises. Between two calls of ours the mark would
    # already be acted upon, here instead of in the user's code. (Python 3.9 can not mark: it raises.)
    [].extend(chain(map(_mark, (SIGASK,)), map(default_int_handler, (SIGINT,), (None,))))


_mark = _thread.interrupt_main if sys.version_info >= (3, 10) else abs


def install():
    global user_handler
    user_handler = set_handler(SIGINT, ignore)
    # Ignored by whoever started the host (nohup, a shell without job control): not meant for us.
    if user_handler is None or not callable(user_handler):
        user_handler = default_int_handler
    if SIGASK is not None:
        set_handler(SIGASK, on_ask)
