"""Drives an ipykernel with jupyter_client. Reads one JSON request a line, answers one JSON line.

`{"do": "cells", "count": 20}` answers with the milliseconds of each cell: until its reply and the end of its
output are there. `start`, `restart`: until the first cell of the kernel has its result.
"""
import json
import os
import sys
import time

# A warning of the debugger at every start, which nobody asked for.
os.environ['PYDEVD_DISABLE_FILE_VALIDATION'] = '1'

from jupyter_client.manager import KernelManager  # noqa: E402

manager = None
client = None


def run_cell():
    request = client.execute('pass')
    while client.get_shell_msg(timeout=60)['parent_header'].get('msg_id') != request:
        pass
    while True:
        message = client.get_iopub_msg(timeout=60)
        is_ours = message['parent_header'].get('msg_id') == request
        if is_ours and message['msg_type'] == 'status' and message['content']['execution_state'] == 'idle':
            return


def start():
    global manager, client
    if manager is not None:
        stop()
    manager = KernelManager()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    run_cell()


def restart():
    manager.restart_kernel(now=True)
    client.wait_for_ready(timeout=60)
    run_cell()


def stop():
    global manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager = client = None


def timed(work):
    started_at = time.perf_counter()
    work()
    return (time.perf_counter() - started_at) * 1000


works = {'cells': run_cell, 'start': start, 'restart': restart}
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps([timed(works[request['do']]) for _ in range(request['count'])]), flush=True)
if manager is not None:
    stop()
