"""Drives a shell or a Python with pexpect's REPLWrapper. The language is the argument.

Reads one JSON request a line (`{"do": "commands", "count": 2}`) and answers with the milliseconds of each.
"""
import json
import sys
import time

from pexpect import replwrap

language = sys.argv[1]
repl = replwrap.bash() if language == 'bash' else replwrap.python(sys.executable)
command = 'true' if language == 'bash' else 'pass'


def timed():
    started_at = time.perf_counter()
    repl.run_command(command)
    return (time.perf_counter() - started_at) * 1000


for line in sys.stdin:
    print(json.dumps([timed() for _ in range(json.loads(line)['count'])]), flush=True)
repl.child.terminate(force=True)
