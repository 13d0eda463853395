/** Scripts for the differential test: how a forked child ends that comes to the end of its code. */
import { type DifferentialScript, script } from './differential-corpus.ts';

const inChild = (name: string, before: string, code: string, after = 'pass'): DifferentialScript =>
  script(
    `a forked child ${name}`,
    `import atexit, os, sys, threading, time\n${before}`,
    `pid = os.fork()\nif pid == 0:\n${code.replaceAll(/^/gm, '    ')}\n_, status = os.waitpid(pid, 0)`,
    `print(status >> 8)\n${after}`,
  );

export const forkScripts: DifferentialScript[] = [
  inChild('calls its exit handlers', 'pass', '_ = atexit.register(print, "bye")\nsys.exit(3)'),
  inChild(
    'calls the exit handlers of its parent',
    '_ = atexit.register(print, "bye")',
    'sys.exit()',
    'atexit.unregister(print)',
  ),
  inChild(
    'waits for its threads',
    'def late():\n    time.sleep(0.1)\n    print("late")',
    'threading.Thread(target=late).start()\nsys.exit()',
  ),
  inChild(
    'writes what its files still hold',
    'pass',
    'file = open("f", "w")\n_ = file.write("written")\nsys.exit()',
    'print(open("f").read())',
  ),
  inChild('ends its objects', 'class D:\n    def __del__(self): print("gone")', 'd = D()\nsys.exit()'),
  inChild(
    'tells of its exception, and of its handlers',
    '_ = atexit.register(print, "bye")',
    '1 / 0',
    'atexit.unregister(print)',
  ),
];
