"""Runs a program in a terminal of its own and types into it, for tests.

    in-terminal.py '[["text to wait for", "keys to type then"], ...]' -- program arguments...

What to wait for may be a pattern: {"re": "[0-9]+"}.

Prints one line of JSON: what the program wrote, its exit code, and whether the terminal is left as it was.
"""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

# Less than a test may take: what was seen until then tells where it is stuck.
deadline = time.monotonic() + 55
steps = json.loads(sys.argv[1])
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 120, 0, 0))
before = termios.tcgetattr(slave)


def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def pattern_of(wanted):
    return re.compile((wanted['re'] if isinstance(wanted, dict) else re.escape(wanted)).encode())


program = subprocess.Popen(sys.argv[3:], stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal)
seen = b''
position = 0
while program.poll() is None:
    if time.monotonic() > deadline:
        program.kill()
        program.wait()
        break
    # The slave side stays open here, so there is no end of file to wait for.
    if select.select([master], [], [], 0.05)[0]:
        seen += os.read(master, 65536)
    while steps and (found := pattern_of(steps[0][0]).search(seen, position)):
        position = found.end()
        os.write(master, steps.pop(0)[1].encode())
while select.select([master], [], [], 0)[0]:
    seen += os.read(master, 65536)

is_restored = termios.tcgetattr(slave) == before
print(json.dumps({'text': seen.decode(errors='replace'), 'exitCode': program.returncode, 'isRestored': is_restored, 'left': len(steps)}))
