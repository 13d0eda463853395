/** What is done to a Python session, and what must come of it. */
import type { ExecOptions, RuntimeOutput } from '@holdfast/protocol';

export interface RobustnessStep {
  code: string;
  /** Default: exit code 0 and nothing on stderr. */
  expect?: Partial<RuntimeOutput>;
  contains?: { stderr?: string; error?: string };
  options?: ExecOptions<'utf8'>;
}

export interface RobustnessRow {
  name: string;
  steps: RobustnessStep[];
  /** Run before the session is asked whether it is alive: for what the question itself needs (`print`). */
  undo?: string;
  /** The process can not survive it. */
  loses?: boolean;
}

const row = (name: string, code: string, expected?: Partial<RuntimeOutput>): RobustnessRow => ({
  name,
  steps: [{ code, ...(expected ? { expect: expected } : {}) }],
});

const rows = (name: string, ...steps: RobustnessStep[]): RobustnessRow => ({ name, steps });

const fails = { exitCode: 1, success: false };

const streams: RobustnessRow[] = [
  row('sys.stdout closed', 'import sys; sys.stdout.close(); sys.stderr.close()'),
  row('sys.stdout deleted', 'import sys; del sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__'),
  row('sys.stdout None', 'import sys; sys.stdout = None; print("nowhere")', { stdout: '' }),
  row('sys.stdout detached', 'import sys; kept_buffer = sys.stdout.detach()'),
  row('sys.stdin closed', 'import sys; sys.stdin.close()'),
  rows(
    'sys.stdout wrapped anew',
    {
      code: 'import io, sys; sys.stdout = io.TextIOWrapper(sys.stdout.buffer); print("a")',
      expect: { stdout: 'a\n' },
    },
    { code: 'print("b")', expect: { stdout: 'b\n' } },
  ),
  rows(
    'sys.stdout replaced, and put back',
    {
      code: 'import io, sys; old = sys.stdout; sys.stdout = io.StringIO(); print("a")',
      expect: { stdout: '' },
    },
    {
      code: 'text = sys.stdout.getvalue(); sys.stdout = old; print(text, end="")',
      expect: { stdout: 'a\n' },
    },
  ),
  row('os.close(1)', 'import os; os.close(1)'),
  rows(
    'os.close(2)',
    {
      code: 'import os; os.close(2); 1 / 0',
      expect: { ...fails, stderr: '' },
      contains: { error: 'ZeroDivisionError' },
    },
    { code: '1 / 0', expect: fails, contains: { stderr: 'ZeroDivisionError' } },
  ),
  row('os.close(0)', 'import os; os.close(0)'),
  rows(
    'all descriptors closed',
    { code: 'import os; os.closerange(0, 4096)' },
    { code: 'os.closerange(3, 4096); files = [open("/dev/null") for _ in range(400)]' },
    { code: 'print(len(files))', expect: { stdout: '400\n' } },
  ),
  rows(
    'dup2 over stdout persists',
    {
      code: 'import os; saved = os.dup(1); fd = os.open("dup2", os.O_WRONLY | os.O_CREAT); _ = os.dup2(fd, 1); print("a")',
      expect: { stdout: '' },
    },
    { code: 'print("b")', expect: { stdout: '' } },
    { code: '_ = os.dup2(saved, 1); print(open("dup2").read(), end="")', expect: { stdout: 'a\nb\n' } },
    { code: 'os.close(saved)' },
  ),
  rows(
    'dup2 of stdout over stderr persists',
    {
      code: 'import os, sys; errors = os.dup(2); _ = os.dup2(1, 2); _ = sys.stderr.write("a\\n")',
      expect: { stdout: 'a\n', stderr: '' },
    },
    { code: '_ = sys.stderr.write("b\\n"); print("c")', expect: { stdout: 'b\nc\n', stderr: '' } },
  ),
  row('lone surrogates', 'print("\\ud800", "\\udc80")', { stdout: '\\ud800 \ufffd\n' }),
  row('non-blocking stdout', 'import os; os.set_blocking(1, False); print("x" * 1000000)', {
    stdout: `${'x'.repeat(1_000_000)}\n`,
  }),
  row('C stdio', 'import ctypes; _ = ctypes.CDLL(None).printf(b"from C\\n")', { stdout: 'from C\n' }),
];

const vandalism: RobustnessRow[] = [
  { ...row('print redefined', 'print = None'), undo: 'del print' },
  row('del __builtins__', 'del __builtins__'),
  row('__builtins__ emptied', '__builtins__ = {}'),
  row('builtins emptied', 'import builtins; vars(builtins).clear()'),
  {
    ...rows(
      'builtins replaced by None',
      {
        code: [
          'import builtins',
          'saved = dict(vars(builtins))',
          'for name in saved:',
          '    if name not in ("setattr", "print", "__import__"): setattr(builtins, name, None)',
        ].join('\n'),
      },
      { code: 'print(1 / 0)', expect: fails, contains: { stderr: 'ZeroDivisionError: division by zero' } },
    ),
    undo: 'builtins.__dict__.update(saved)',
  },
  rows(
    'sys.modules cleared',
    { code: 'import sys; sys.modules.clear()' },
    { code: 'import os, json; print(json.dumps(os.getcwd()[:1]))', expect: { stdout: '"/"\n' } },
  ),
  rows(
    'import system emptied',
    { code: 'import sys; sys.path[:] = []; sys.path_hooks[:] = []' },
    { code: '1 / 0', expect: fails, contains: { stderr: 'line 1, in <module>\n    1 / 0' } },
  ),
  row('globals cleared of dunders', 'del __name__, __doc__, __spec__, __loader__'),
  row('os.environ cleared and replaced', 'import os; os.environ.clear(); os.environ = {}'),
  row(
    'modules patched',
    [
      'import os, posix, json, signal, time, _signal, _thread, io',
      'for module in (os, posix, json, signal, _signal, io):',
      '    for name in dir(module):',
      '        if not name.startswith("_"): setattr(module, name, None)',
    ].join('\n'),
  ),
  row('star imports', 'from os import *\nfrom posix import *\nfrom signal import *\nfrom threading import *'),
  row(
    'names like the kernel’s own',
    'code = result = stdout = session = sys = os = json = traceback = io = signal = builtins = load = wire = 1',
  ),
  rows(
    'sys.excepthook broken',
    {
      code: 'import sys; sys.excepthook = 3; 1 / 0',
      expect: fails,
      contains: { stderr: 'Error in sys.excepthook:' },
    },
    { code: 'sys.displayhook = None; 5', expect: { exitCode: 0, result: { text: '5', data: {} } } },
  ),
  rows(
    'sys.settrace and sys.setprofile',
    { code: 'import sys; seen = []; sys.settrace(lambda *a: seen.append(a[0].f_code.co_name))' },
    { code: 'sys.setprofile(lambda *a: None)\ndef traced(): pass\ntraced()' },
    {
      code: 'sys.settrace(None); sys.setprofile(None); print("traced" in seen)',
      expect: { stdout: 'True\n' },
    },
  ),
  rows(
    'recursion limit lowered',
    { code: 'import sys; sys.setrecursionlimit(60)' },
    {
      code: 'def deep(n): return deep(n + 1)\ndeep(0)',
      expect: fails,
      contains: { stderr: 'RecursionError' },
    },
    { code: 'print(sys.getrecursionlimit()); sys.setrecursionlimit(1000)', expect: { stdout: '60\n' } },
  ),
  rows(
    'no descriptors left',
    { code: 'import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))' },
    { code: '1 / 0', expect: fails, contains: { stderr: 'ZeroDivisionError' } },
  ),
  row('deep recursion', 'def deep(n): return deep(n + 1)\ndeep(0)', fails),
  row('out of memory', 'hoard = bytearray(10 ** 15)', fails),
];

const values: RobustnessRow[] = [
  row(
    'objects and names that resist',
    [
      'import types',
      'globals().update({"a b": 1, "class": 2, "\\ud800": 3}); globals()[5] = 6',
      'class Resists:',
      '    __class__ = property(lambda self: 1 / 0)',
      '    __hash__ = None',
      '    def __getattr__(self, name): raise RuntimeError(name)',
      '    def __repr__(self):',
      '        while True: pass',
      '    __eq__ = __bool__ = __len__ = __str__ = __repr__',
      'resists = Resists(); boxed = [resists, {1: resists}]; fake = types.ModuleType("\\ud801")',
      'huge = 10 ** 1000000; itself = []; itself.append(itself)',
    ].join('\n'),
  ),
  row('repr that raises', 'class R:\n    def __repr__(self): return str(1 / 0)\nR()', fails),
  row('null byte', 'print("a")\0', fails),
  row('byte order mark', '\ufeffprint("bom")', { stdout: 'bom\n' }),
  row('CRLF', 'if True:\r\n    print("crlf")\r\n', { stdout: 'crlf\n' }),
  row('lone surrogate in code', 'x = "\ud800"', fails),
  row('unclosed bracket', 'print((1', fails),
  row('unclosed quote', 'x = """a', fails),
  row('10 MB of code', `x = "${'a'.repeat(10_000_000)}"\nlen(x)`, { result: { text: '10000000', data: {} } }),
  row('a hundred thousand statements', `${'y = 1\n'.repeat(100_000)}y + 1`, {
    result: { text: '2', data: {} },
  }),
];

const processes: RobustnessRow[] = [
  row(
    'fork that returns into the kernel',
    'import os\npid = os.fork()\nprint("once or twice", flush=True)',
    {},
  ),
  row(
    'fork whose child fails',
    'import os\nif os.fork() == 0: raise ValueError("child")\nos.wait()[1] >> 8',
    {
      exitCode: 0,
      result: { text: '1', data: {} },
    },
  ),
  row(
    'multiprocessing, fork and spawn',
    [
      'import multiprocessing',
      'for method in ("fork", "spawn"):',
      '    with multiprocessing.get_context(method).Pool(1) as pool: print(pool.map(abs, [-1, 2]))',
    ].join('\n'),
    { stdout: '[1, 2]\n[1, 2]\n' },
  ),
  {
    ...row('os._exit', 'import os; print("before"); os._exit(3)', { exitCode: 3, stdout: 'before\n' }),
    loses: true,
  },
  {
    ...row('os.abort', 'import os; print("before"); os.abort()', { signal: 'SIGABRT', stdout: 'before\n' }),
    loses: true,
  },
  {
    ...row('segmentation fault', 'import ctypes; print("before"); ctypes.string_at(0)', {
      signal: 'SIGSEGV',
      stdout: 'before\n',
    }),
    loses: true,
  },
];

const stops = (code: string): RobustnessStep => ({
  code,
  expect: { timedOut: true, success: false },
  options: { timeoutMs: 200 },
});

const endless: RobustnessRow[] = [
  rows('busy loop', stops('while True: pass')),
  rows('sleep', stops('import time; time.sleep(1000)')),
  rows('lock', stops('import threading; lock = threading.Lock(); _ = lock.acquire(); lock.acquire()')),
  rows('await', stops('import asyncio; await asyncio.sleep(1000)')),
  rows('child', stops('import subprocess; subprocess.run(["sleep", "1000"])')),
  rows(
    'thread joined',
    stops('import threading, time; t = threading.Thread(target=time.sleep, args=(3,)); t.start(); t.join()'),
  ),
  rows(
    'SIGINT ignored, busy',
    stops('import signal; _ = signal.signal(2, signal.SIG_IGN)\nwhile True: pass'),
  ),
  rows(
    'SIGINT ignored, asleep',
    stops('import signal, time; _ = signal.signal(2, signal.SIG_IGN); time.sleep(1000)'),
  ),
  rows('SIGINT deadly', stops('import signal, time; _ = signal.signal(2, signal.SIG_DFL); time.sleep(1000)')),
  rows(
    'SIGINT caught',
    stops('import signal, time; _ = signal.signal(2, lambda *a: print("caught")); time.sleep(1000)'),
  ),
  rows(
    'everything caught',
    stops('import time\nwhile True:\n    try: time.sleep(0.2)\n    except BaseException: pass'),
  ),
  rows(
    'everything caught, and told',
    stops(
      'import time\nwhile True:\n    try:\n        try: time.sleep(0.2)\n        except BaseException as e: str(e)\n    except BaseException as e: str(e)\n    finally: pass',
    ),
  ),
  rows('repr that never ends', stops('class R:\n    def __repr__(self):\n        while True: pass\nR()')),
  rows(
    'error that never tells',
    stops('class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E'),
  ),
];

export const robustnessTable: Record<string, RobustnessRow[]> = {
  streams,
  vandalism,
  values,
  processes,
  endless,
};
