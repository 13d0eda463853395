/** Scripts for the differential test: who looks at the stack sees the user's frames, and no others. */
import { type DifferentialScript, script } from './differential-corpus.ts';

const show = 'import inspect, logging, sys, traceback\ndef show(look): look()';

const debugged = (name: string, code: string, stdin: string): DifferentialScript => ({
  ...script(`the debugger ${name}`, code),
  stdin,
});

const inFunction = 'def f():\n    breakpoint()\n    return 1\nf()\nprint("after")';

export const stackScripts: DifferentialScript[] = [
  script('the stack printed', show, 'show(traceback.print_stack)'),
  script('the stack extracted', show, 'show(lambda: print(len(traceback.extract_stack())))'),
  script(
    'the stack walked',
    show,
    'show(lambda: print([entry.name for entry in traceback.StackSummary.extract(traceback.walk_stack(None))]))',
    'show(lambda: print([frame.f_code.co_name for frame, _ in traceback.walk_stack(sys._getframe())]))',
  ),
  script('the stack inspected', show, 'show(lambda: print([entry.function for entry in inspect.stack()]))'),
  script('the stack logged', show, 'show(lambda: logging.warning("here", stack_info=True))'),
  script(
    'the stack, in a module of that name in the folder',
    'open("traceback.py", "w").write("mine = 1\\n") and None',
    'import traceback\nprint(traceback.mine, hasattr(traceback, "walk_tb"))',
  ),
  script(
    'the stack seen from a print',
    show,
    'class S(str):\n    def __str__(self):\n        traceback.print_stack()\n        return "s"',
    'print(S())',
  ),
  script(
    'an exception of an earlier command',
    'try: 1 / 0\nexcept ZeroDivisionError as error: kept = error',
    'x = 1',
    'raise kept',
  ),
  script(
    'the source of classes',
    'import inspect\nclass A:\n    "Of a."\n    x = 1\n\n    def m(self): return self.x',
    'class AB:\n    y = 1',
    'class C:\n    class D(A):\n        z = 2',
    'for kind in A, AB, C, C.D: print(inspect.getsource(kind))',
  ),
  script('an exception in a text', 'exec("x = 1\\n1 / 0")'),
  script('a coroutine that nobody awaits', 'async def f(): pass', 'x = 1\nf()'),
  script(
    'a file that nobody closes',
    'import warnings; warnings.simplefilter("always")',
    'x = 1\nopen("f", "w")',
  ),
  debugged('tells where', inFunction, 'w\nbt\nc\n'),
  debugged('goes up to the oldest frame', inFunction, 'u\nu\nw\nl\nc\n'),
  debugged('steps over what prints', 'breakpoint()\nprint("a")\nprint("b")\nx = 1', 's\ns\nw\nc\n'),
];
