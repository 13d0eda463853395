/**
 * Scripts for the differential test: each runs as commands of one session, and as one plain script.
 *
 * Only the last step may end the script (an exception, `sys.exit`), and no step ends with an expression
 * whose value a session would show and a script would not.
 */
export interface DifferentialScript {
  name: string;
  steps: string[];
  stdin?: string;
  /** Why stderr is not the same, where it is not. */
  stderrDiffers?: string;
}

export const script = (name: string, ...steps: string[]): DifferentialScript => ({ name, steps });

/** The interpreter's own printer looks for a source line in the file system, where a command has none. */
const readsTheFile = 'source lines are missing';

const language: DifferentialScript[] = [
  script('variables', 'a = 1', 'b = a + 1', 'print(a, b)'),
  script(
    'functions and closures',
    'def outer(n):\n    def inner(): return n * 2\n    return inner',
    'f = outer(4)',
    'print(f())',
  ),
  script(
    'classes',
    'class A:\n    x = 1\n    def m(self): return self.x',
    'class B(A):\n    x = 2',
    'print(B().m(), B.__mro__)',
  ),
  script(
    'qualified names',
    'class A:\n    class B: pass\ndef f(): return lambda: 0',
    'print(A.B, A.B.__qualname__, f().__qualname__, f.__module__)',
  ),
  script('generators', 'def g():\n    yield from range(3)\nit = g()', 'print(next(it))', 'print(list(it))'),
  script(
    'comprehensions',
    'xs = [x * x for x in range(5) if x % 2]',
    'print(xs, {k: v for k, v in zip("ab", xs)}, {1, 2} & {2})',
  ),
  script(
    'walrus and match',
    'if (n := 5) > 3: print(n)',
    'match [1, [2, 3]]:\n    case [a, [b, *c]]: print(a, b, c)',
  ),
  script(
    'f-strings',
    'v = 3.14159',
    'print(f"{v:.2f} {v!r:>10} {"nested" if v else 0}".replace("e", "E"))'.replaceAll('"nested"', "'nested'"),
  ),
  script(
    'decorators',
    'def twice(f):\n    return lambda *a: f(*a) * 2',
    '@twice\ndef one(): return 1',
    'print(one())',
  ),
  script(
    'context managers',
    'from contextlib import contextmanager\n@contextmanager\ndef cm():\n    print("in")\n    yield 1\n    print("out")',
    'with cm() as x: print(x)',
  ),
  script(
    'exceptions caught',
    'try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    print(type(e).__name__, e)\nelse: print("else")\nfinally: print("finally")',
  ),
  script(
    'globals and del',
    'x = 1',
    'def f():\n    global x\n    x += 1',
    'f(); f(); print(x)',
    'del x',
    'print("x" in globals())',
  ),
  script('star import', 'from math import *', 'print(floor(2.5), round(pi, 4))'),
  script(
    'future annotations',
    'from __future__ import annotations',
    'def f(a: Missing) -> Nope: return a',
    'print(f(1), f.__annotations__)',
  ),
  script('type annotations', 'v: int = 5', 'w: list[int] = [v]', 'print(__annotations__)'),
  script('docstring', '"""doc"""\nprint(__doc__)', 'print(__name__)'),
  script('semicolons and continuation', 'a = 1; b = 2; print(a +\n  b)', 'c = a + \\\n  b', 'print(c)'),
  script('unicode', 'grüße = "日本 🎉"', 'print(grüße, len(grüße), grüße.encode())'),
  script('lambda scope', 'fs = [lambda i=i: i for i in range(3)]', 'print([f() for f in fs])'),
  script('class scope names', 'y = 1\nclass C:\n    y = 2\n    z = [y for _ in range(1)]', 'print(C.z)'),
  script('unpacking', 'a, *b, c = range(5)', 'print(a, b, c, *b, sep="|")'),
  script('recursion', 'def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)', 'print(fib(15))'),
  script(
    'async run',
    'import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 7',
    'print(asyncio.run(f()))',
    'print(asyncio.run(f()))',
  ),
];

const library: DifferentialScript[] = [
  script(
    'dataclass',
    'from dataclasses import dataclass, field\n@dataclass(order=True)\nclass P:\n    x: int\n    t: list = field(default_factory=list)',
    'print(P(1) < P(2), P(3), P(1) == P(1))',
  ),
  script('enum', 'from enum import Enum\nclass C(Enum):\n    R = 1', 'print(C.R, list(C), C(1) is C.R)'),
  script(
    'pickle of own classes',
    'import pickle\nclass P:\n    def __init__(self, v): self.v = v',
    'p = pickle.loads(pickle.dumps(P(3)))',
    'print(p.v, type(p) is P, p.__class__.__module__)',
  ),
  script(
    'inspect getsource',
    'import inspect\ndef f(a,\n      b=2):\n    return a',
    'print(inspect.getsource(f))',
    'print(inspect.signature(f))',
  ),
  script(
    'json and re',
    'import json, re',
    'print(json.dumps({"a": [1, None]}), re.findall(r"\\d+", "a1b22"))',
  ),
  script(
    'namedtuple',
    'from collections import namedtuple\nN = namedtuple("N", "a b")',
    'print(N(1, 2), N.__module__)',
  ),
  script(
    'logging',
    'import logging\nlogging.basicConfig(level=logging.INFO)',
    'logging.info("to stderr")',
    'print("out")',
  ),
  script('warnings', 'import warnings', 'warnings.warn("careful")', 'print("after")'),
  script(
    'deprecation',
    'import warnings\ndef old(): warnings.warn("old", DeprecationWarning, stacklevel=2)',
    'old()',
    'old()',
  ),
  script('syntax warning', 'x = 1\nprint(x is 1)'),
  script(
    'subprocess order',
    'import subprocess',
    'print("a", flush=True); r = subprocess.run(["echo", "b"]); print("c", r.returncode, flush=True)',
    'r = subprocess.run("echo err >&2; exit 3", shell=True); print(r.returncode)',
  ),
  script('os.system', 'import os', 'code = os.system("echo from shell")', 'print(code)'),
  script(
    'pipe to child',
    'import subprocess\np = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)',
    'print(p.communicate("hey")[0])',
  ),
  script(
    'fork and wait',
    'import os, sys',
    'pid = os.fork()\nif pid == 0:\n    print("child", flush=True)\n    os._exit(4)\n_, status = os.waitpid(pid, 0)\nprint("parent", os.WEXITSTATUS(status))',
  ),
  script(
    'threads',
    'import threading\nresults = []\nts = [threading.Thread(target=results.append, args=(i,)) for i in range(5)]',
    'for t in ts: t.start()\nfor t in ts: t.join()',
    'print(sorted(results), threading.current_thread() is threading.main_thread())',
  ),
  script(
    'thread pool',
    'from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as e: r = list(e.map(abs, [-1, -2]))',
    'print(r)',
  ),
  script(
    'multiprocessing',
    'import multiprocessing as mp\nctx = mp.get_context("fork")\ndef sq(x): return x * x',
    'with ctx.Pool(2) as pool: print(pool.map(sq, range(4)))',
  ),
  script(
    'sqlite',
    'import sqlite3\ndb = sqlite3.connect(":memory:")\n_ = db.execute("create table t (a)")',
    '_ = db.execute("insert into t values (1), (2)")',
    'print(db.execute("select sum(a) from t").fetchone())',
  ),
  script(
    'signals',
    'import signal, os',
    'old = signal.signal(signal.SIGUSR1, lambda *a: print("usr1"))\nos.kill(os.getpid(), signal.SIGUSR1)',
    'print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)',
  ),
  script(
    'alarm',
    'import signal, time\nclass T(Exception): pass\ndef h(*a): raise T',
    '_ = signal.signal(signal.SIGALRM, h)\ntry:\n    _ = signal.setitimer(signal.ITIMER_REAL, 0.05)\n    time.sleep(5)\nexcept T: print("timed out")',
  ),
  script(
    'decimal and fractions',
    'from decimal import Decimal\nfrom fractions import Fraction',
    'print(Decimal("0.1") + 1, Fraction(1, 3) * 2)',
  ),
  script(
    'tempfile and chdir',
    'import os, tempfile\nd = tempfile.mkdtemp()\nos.chdir(d)',
    'open("f", "w").write("x") and None',
    'print(os.listdir("."), os.getcwd() == os.path.realpath(d))',
  ),
  script(
    'import own module',
    'open("mod_of_mine.py", "w").write("v = 5\\n") and None',
    'import mod_of_mine\nprint(mod_of_mine.v)',
  ),
  script(
    'unittest',
    'import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(1, 1)',
    'r = unittest.TextTestRunner(stream=open("log", "w")).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))\nprint(r.testsRun, r.wasSuccessful())',
  ),
  script(
    'weakref and gc',
    'import gc, weakref\nclass O: pass\no = O()\nw = weakref.ref(o)',
    'del o',
    'print(w() is None, gc.isenabled())',
  ),
  script(
    'finaliser prints',
    'class D:\n    def __del__(self): print("del")\nd = D()',
    'del d',
    'print("after")',
  ),
  script(
    'redirect_stdout',
    'import io, contextlib\nb = io.StringIO()\nwith contextlib.redirect_stdout(b): print("hidden")',
    'print(repr(b.getvalue()))',
  ),
  script(
    'excepthook',
    'import sys\nsys.excepthook = lambda t, v, tb: print("hook", t.__name__, v)',
    'raise ValueError("x")',
  ),
];

const streams: DifferentialScript[] = [
  script(
    'stdout and stderr',
    'import sys',
    'print("out"); print("err", file=sys.stderr)',
    '_ = sys.stdout.write("no newline")',
  ),
  script(
    'binary output',
    'import sys',
    '_ = sys.stdout.buffer.write(b"abc\\n"); sys.stdout.flush()',
    'print("text")',
  ),
  script('descriptor output', 'import os', '_ = os.write(1, b"one\\n")', '_ = os.write(2, b"two\\n")'),
  script(
    'replaced stdout',
    'import io, sys\nold = sys.stdout\nsys.stdout = io.StringIO()',
    'print("kept")',
    'text = sys.stdout.getvalue()\nsys.stdout = old',
    'print(repr(text))',
  ),
  script(
    'descriptor redirected',
    'import os, sys\nsaved = os.dup(1)\nfd = os.open("f", os.O_WRONLY | os.O_CREAT)\n_ = os.dup2(fd, 1)',
    'print("to file", flush=True)',
    'sys.stdout.flush(); _ = os.dup2(saved, 1)',
    'print(open("f").read())',
  ),
  script(
    'stderr to stdout',
    'import os, sys',
    '_ = os.dup2(1, 2)',
    'print("x", file=sys.stderr, flush=True)',
  ),
  script('encodings', 'import sys\nprint(sys.stdout.encoding, sys.stdin.encoding, sys.stderr.errors)'),
  script(
    'stream objects',
    'import sys\nprint(sys.stdout.fileno(), sys.stdin.fileno(), sys.stdout.isatty(), sys.stdout.name, sys.stdin.name, sys.stdout is sys.__stdout__)',
  ),
  script(
    'print options',
    'print("a", "b", sep="\\n", end="\\n\\n")',
    'print("x", end="", flush=True)',
    'print()',
  ),
  script('large output', 'for i in range(3000): print(i)', 'print("y" * 200000)'),
  script('no stdin', 'import sys\nprint(repr(sys.stdin.read()))', 'input()'),
  { name: 'stdin whole', steps: ['import sys\nprint(sys.stdin.readlines())'], stdin: 'a\nb\n' },
  {
    name: 'stdin by input',
    steps: ['name = input("Name: ")\nprint("Hi", name, input())'],
    stdin: 'Ada\nBob\n',
  },
  {
    name: 'stdin with other line ends',
    steps: ['import sys\nprint(repr(input()), repr(sys.stdin.read()))'],
    stdin: 'a\r\nb\rc\r\n',
  },
  { name: 'stdin by child', steps: ['import subprocess\n_ = subprocess.run(["cat"])'], stdin: 'through' },
  script(
    'interpreter',
    'import sys\nprint(sys.flags, sys.getrecursionlimit(), sys.getswitchinterval(), sys.dont_write_bytecode)',
  ),
  script(
    'modules in sight',
    'import sys\nprint([m for m in sys.modules if "holdfast" in m or m == "main"])',
    'import os\nprint([k for k in os.environ if "CONTROL" in k])',
  ),
  script(
    'child environment',
    'import subprocess, os\nos.environ["MINE"] = "1"',
    '_ = subprocess.run("echo $MINE $PYTHONUNBUFFERED", shell=True)',
  ),
];

const endings: DifferentialScript[] = [
  script('exception', 'x = 0', 'print("before"); 1 / x'),
  script(
    'exception in function',
    'def f(a):\n    b = a\n    return b.missing',
    'def g(): return f(1)',
    'g()',
  ),
  script(
    'exception chained',
    'try:\n    {}["k"]\nexcept KeyError as e:\n    raise ValueError("worse") from e',
  ),
  script('exception in context', 'try:\n    {}["k"]\nexcept KeyError:\n    int("x")'),
  script(
    'exception with note and group',
    'e = ValueError("v")\nif hasattr(e, "add_note"): e.add_note("a note")\nraise e',
  ),
  script(
    'exception of own class',
    'class Mine(Exception):\n    def __str__(self): return "said"',
    'raise Mine',
  ),
  script(
    'exception that can not be told',
    'class Bad(Exception):\n    def __str__(self): raise RuntimeError',
    'raise Bad',
  ),
  script('exception from library', 'import json', 'json.loads("{")'),
  script('name error with suggestion', 'value = 1', 'print(valeu)'),
  script('attribute error', 'import sys', 'sys.stdot'),
  script('multi-line statement', 'def f(*a): raise IndexError("i")', 'f(1,\n  2,\n  3)'),
  script('syntax error', 'x = = 1'),
  script('syntax error, indentation', 'if True:\nprint(1)'),
  script('syntax error, unclosed', 'print((1, 2'),
  script('syntax error, quote', 'x = "abc'),
  script('syntax error, return', 'return 5'),
  script('assertion', 'assert 1 == 2, "no"'),
  script('keyboard interrupt', 'raise KeyboardInterrupt'),
  script('keyboard interrupt of an own class', 'class Mine(KeyboardInterrupt): pass', 'raise Mine("x")'),
  script('sys.exit code', 'import sys\nprint("bye")\nsys.exit(3)'),
  script('sys.exit text', 'import sys\nsys.exit("goodbye")'),
  script('sys.exit none', 'import sys\nsys.exit()'),
  script('sys.exit wraps', 'import sys\nsys.exit(300)'),
  script('sys.exit negative', 'import sys\nsys.exit(-1)'),
  script('sys.exit bool', 'raise SystemExit(True)'),
  script('sys.exit object', 'raise SystemExit([1, 2])'),
  script('quit', 'quit(4)'),
  script('exit in finally', 'import sys\ntry:\n    sys.exit(5)\nfinally:\n    print("cleanup")'),
  {
    ...script(
      'exception in thread',
      'import threading\nt = threading.Thread(target=lambda: 1 / 0, name="T")\nt.start(); t.join()',
      'print("main goes on")',
    ),
    stderrDiffers: readsTheFile,
  },
  {
    ...script(
      'exception in finaliser',
      'class D:\n    def __del__(self): raise ValueError("in del")\nd = D()',
      'del d',
      'print("on")',
    ),
    stderrDiffers: readsTheFile,
  },
  script('breakpoint without input', 'q = 1\nbreakpoint()\nprint("after", q)'),
  script(
    'unraisable and generator',
    'def g():\n    try: yield 1\n    finally: print("closed")\nit = g()\n_ = next(it)',
    'del it',
    'print("done")',
  ),
];

export const differentialCorpus: DifferentialScript[] = [...language, ...library, ...streams, ...endings];
