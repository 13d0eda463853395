/**
 * The hostile table for Python: whatever is typed, there is a correct result, and the next command
 * works; state is kept wherever the process can live on, and its loss is told where it can not.
 */
import { createSessionManager } from '@holdfast/core';
import { type HostileRow, withSession } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { python } from './index.ts';

const manager = createSessionManager({ languages: [python()] });
afterAll(() => manager[Symbol.asyncDispose]());

const containing = (text: string): unknown => expect.stringContaining(text);
const kept = { interruption: expect.objectContaining({ stateKept: true }), timedOut: true };

const output: HostileRow[] = [
  {
    name: 'print redefined',
    code: 'def print(*a): pass\nprint("x")',
    expect: { stdout: '' },
    undo: 'del print',
  },
  { name: 'sys.stdout closed', code: 'import sys\nsys.stdout.close()', expect: {} },
  {
    name: 'sys.stdout replaced',
    code: 'import sys, io\nsys.stdout = io.StringIO()\nprint("away")',
    expect: { stdout: '' },
  },
  {
    name: 'sys.stdout is None',
    code: 'import sys\nsys.stdout = sys.stderr = None\nprint("away")',
    expect: { stdout: '' },
  },
  { name: 'os.close(1)', code: 'import os\nos.close(1)', expect: {} },
  {
    name: 'os.closerange(3, 1000)',
    code: 'import os\nos.closerange(3, 1000)\nprint("closed")',
    expect: { stdout: 'closed\n' },
  },
  {
    name: 'os.dup2 over stdout and back',
    code: 'import os\nsaved = os.dup(1)\nfd = os.open("o", os.O_WRONLY | os.O_CREAT)\n_ = os.dup2(fd, 1)\nprint("in file", flush=True)\n_ = os.dup2(saved, 1)\nprint("back")',
    expect: { stdout: 'back\n' },
  },
  {
    name: 'threads that print later',
    code: 'import threading\nt = threading.Timer(30, print, ("late",))\nt.daemon = True\nt.start()',
    expect: { stdout: '' },
  },
  { name: 'lone surrogates', code: 'print("\\ud800x")', expect: {} },
  { name: 'a 1e6-digit int', code: 'n = 10 ** 1_000_000\nprint(n % 7)', expect: { exitCode: 0 } },
];

const ends: HostileRow[] = [
  { name: 'sys.exit(3)', code: 'import sys\nsys.exit(3)', expect: { exitCode: 3, exited: true } },
  {
    name: 'sys.exit("text")',
    code: 'import sys\nsys.exit("text")',
    expect: { exitCode: 1, exited: true, stderr: 'text\n' },
  },
  { name: 'raise SystemExit', code: 'raise SystemExit', expect: { exitCode: 0, exited: true } },
  {
    name: 'os._exit(3)',
    code: 'import os\nprint("said", flush=True)\nos._exit(3)',
    expect: { exitCode: 3, stdout: 'said\n' },
    loses: true,
  },
  {
    name: 'os.abort()',
    code: 'import os\nos.abort()',
    expect: { exitCode: 134, signal: 'SIGABRT' },
    loses: true,
  },
  {
    name: 'a segfault through ctypes',
    code: 'import ctypes\nctypes.string_at(0)',
    expect: { exitCode: 139, signal: 'SIGSEGV' },
    loses: true,
  },
  {
    name: 'deep recursion',
    code: 'def f(n): return f(n + 1)\nf(0)',
    expect: { exitCode: 1, error: expect.objectContaining({ name: 'RecursionError' }) },
  },
  {
    name: 'memory that is not there',
    code: 'b = bytearray(10 ** 15)',
    expect: { error: expect.objectContaining({ name: 'MemoryError' }) },
  },
];

const loops: HostileRow[] = [
  { name: 'an endless loop', code: 'while True: pass', options: { timeoutMs: 300 }, expect: kept },
  {
    name: 'SIGINT ignored in an endless loop',
    code: 'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass',
    options: { timeoutMs: 300 },
    expect: kept,
  },
  {
    name: 'except BaseException: pass in a loop',
    code: 'import time\nwhile True:\n    try: time.sleep(0.05)\n    except BaseException: pass',
    options: { timeoutMs: 300 },
    expect: { timedOut: true },
  },
  {
    name: 'a lock that is never free',
    code: 'import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()',
    options: { timeoutMs: 300 },
    expect: kept,
  },
  { name: 'time.sleep', code: 'import time\ntime.sleep(1000)', options: { timeoutMs: 300 }, expect: kept },
  {
    name: 'an asyncio loop that never ends',
    code: 'import asyncio\nawait asyncio.sleep(1000)',
    options: { timeoutMs: 300 },
    expect: kept,
  },
];

const processes: HostileRow[] = [
  {
    name: 'fork without exec',
    code: 'import os\npid = os.fork()\nif pid == 0: os._exit(0)\n_ = os.waitpid(pid, 0)\nprint("parent")',
    expect: { stdout: 'parent\n' },
  },
  { name: 'fork whose child runs on', code: 'import os\npid = os.fork()', expect: { exitCode: 0 } },
  {
    name: 'multiprocessing, forked',
    code: 'import multiprocessing as mp\ndef work(q): q.put(6 * 7)\nctx = mp.get_context("fork")\nq = ctx.Queue()\np = ctx.Process(target=work, args=(q,))\np.start()\nprint(q.get())\np.join()',
    expect: { stdout: '42\n' },
  },
  {
    name: 'a process pool',
    code: 'from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(1) as pool: print(list(pool.map(abs, [-1, 2])))',
    expect: { stdout: '[1, 2]\n' },
  },
  {
    name: 'input() without stdin',
    code: 'input()',
    expect: { error: expect.objectContaining({ name: 'EOFError' }) },
  },
  {
    name: 'input() with stdin',
    code: 'print(input() + input())',
    options: { stdin: 'a\nb\n' },
    expect: { stdout: 'ab\n' },
  },
];

const vandalism: HostileRow[] = [
  { name: 'del __builtins__', code: 'del __builtins__', expect: { exitCode: 0 } },
  {
    name: 'builtins emptied',
    code: 'import builtins\nfor name in list(vars(builtins)):\n    if name not in ("__import__", "delattr", "vars", "list"): delattr(builtins, name)',
    expect: {},
  },
  {
    name: 'names like the kernel’s own',
    code: 'run = reply = request = channel = kernel = session = sys = os = json = 1',
    expect: { exitCode: 0 },
  },
  { name: 'from os import *', code: 'from os import *', expect: { exitCode: 0 } },
  { name: 'sys.modules cleared', code: 'import sys\nsys.modules.clear()', expect: {} },
  { name: 'sys.path emptied', code: 'import sys\nsys.path.clear()', expect: { exitCode: 0 } },
  { name: 'os.environ cleared', code: 'import os\nos.environ.clear()', expect: { exitCode: 0 } },
  {
    name: 'a trace function',
    code: 'import sys\nsys.settrace(lambda *a: None)',
    expect: { exitCode: 0 },
    undo: 'import sys\nsys.settrace(None)',
  },
  {
    name: 'hooks that raise',
    code: 'import sys\ndef boom(*a): raise ValueError("hook")\nsys.excepthook = sys.displayhook = boom\n1 / 0',
    expect: { exitCode: 1 },
  },
  {
    name: 'a tiny recursion limit',
    code: 'import sys\nsys.setrecursionlimit(60)',
    expect: {},
    undo: 'import sys\nsys.setrecursionlimit(1000)',
  },
  {
    name: 'compile and exec replaced',
    code: 'import builtins\nbuiltins.compile = builtins.exec = builtins.open = None',
    expect: { exitCode: 0 },
  },
  {
    name: 'no such directory any more',
    code: 'import os\nos.mkdir("d"); os.chdir("d"); os.rmdir("../d")',
    expect: { exitCode: 0 },
    undo: 'import os\nos.chdir("/")',
  },
  {
    name: 'weird globals',
    code: 'globals()["a b"] = 1\nglobals()["\\ud800"] = 2\nclass W:\n    def __getattr__(s, n): raise RuntimeError(n)\n    def __repr__(s): raise RuntimeError\nw = W()',
    expect: { exitCode: 0 },
  },
  { name: 'a NUL in the code', code: 'print("a")\0', expect: { success: false } },
];

const table = { output, ends, loops, processes, vandalism };

const runRow = (row: HostileRow): Promise<void> =>
  withSession(manager, {}, async (session) => {
    await session.exec('kept = [1, 2]\ndef keep(): return kept');
    const result = await session.exec(row.code, { timeoutMs: 8_000, ...row.options });
    expect(result).toMatchObject({ ...row.expect });
    if (row.undo) await session.exec(row.undo);
    // A literal's value is shown without a name being looked up.
    const survived = result.stateLost === undefined;
    if (row.loses) expect(survived).toBe(false);
    const next = await session.exec('keep() == [1, 2]');
    if (survived) expect(next).toMatchObject({ result: { text: 'True' }, epoch: 1, success: true });
    else expect(next).toMatchObject({ error: { name: 'NameError' }, epoch: 2 });
    expect((await session.exec('6 * 7')).result?.text).toBe('42');
    const state = await session.state();
    expect(state.functions.includes('keep')).toBe(survived);
    expect(result.timedOut).toBe(row.options?.timeoutMs === 300);
  });

for (const [category, rows] of Object.entries(table)) {
  describe(`hostile Python: ${category}`, () => {
    for (const row of rows) it(row.name, () => runRow(row));
  });
}

it('gives an error its place in the text', async () => {
  const session = manager.getOrCreateSession('place');
  expect(await session.exec('x = 1\ny = x / 0')).toMatchObject({ stderr: containing('y = x / 0') });
});
