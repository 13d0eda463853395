"""Runs a program in a terminal of its own, for tests.

    in-terminal.py <columns> <rows> <key or ''> <text to press it after> -- program arguments...

Prints what the program wrote, then a line of JSON: its exit code, and whether the terminal is
left as it was (keys echoed, line by line, cursor told to show).
"""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios

columns, rows, key, trigger = sys.argv[1:5]
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', int(rows), int(columns), 0, 0))
before = termios.tcgetattr(slave)


def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


program = subprocess.Popen(sys.argv[6:], stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal)
seen = b''
while program.poll() is None:
    # The slave side stays open here, so there is no end of file to wait for.
    if select.select([master], [], [], 0.05)[0]:
        seen += os.read(master, 65536)
    if key and trigger.encode() in seen:
        os.write(master, key.encode())
        key = ''
while select.select([master], [], [], 0)[0]:
    seen += os.read(master, 65536)

sys.stdout.buffer.write(seen)
is_restored = termios.tcgetattr(slave) == before and seen.rfind(b'\x1b[?25h') > seen.rfind(b'\x1b[?25l')
print('\n' + json.dumps({'exitCode': program.returncode, 'isRestored': is_restored}))
