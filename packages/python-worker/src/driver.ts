/** How a Python kernel is started, spoken to, and stopped. */
import { fileURLToPath } from 'node:url';
import {
  type DriverOptions,
  type InterruptStep,
  jsonKernel,
  type LanguageDriver,
} from '@holdfast/core/driver-kit';
import { findInterpreter } from './interpreter.ts';

const kernelFolder = fileURLToPath(new URL('../kernel', import.meta.url));

/**
 * Started with `-c`, so that `__main__` has no file that `multiprocessing` would run again and
 * `sys.path[0]` is the working directory. The kernel gets a copy of the builtins as its own.
 */
const bootstrap =
  'import sys,_frozen_importlib_external as e;' +
  "m={'__builtins__':dict(vars(__builtins__))};" +
  "exec(e.SourceFileLoader('main',sys.argv[1]+'/main.py').get_code('main'),m);" +
  "m['start'](*sys.argv[1:])";

// Nothing on Linux sends it: the kernel takes it as an interrupt that can not be ignored. See kernel/holdfast_kernel/guard.py.
const askSignal = 'SIGSTKFLT';

const interruptSteps: readonly InterruptStep[] = [
  { atMs: 0, name: 'SIGINT', target: 'children', signal: 'SIGINT' },
  // What the kernel makes of the first one is what SIGINT would do.
  { atMs: 0, name: 'SIGINT', target: 'kernel', signal: askSignal },
  { atMs: 400, name: 'KeyboardInterrupt', target: 'kernel', signal: askSignal },
  { atMs: 900, name: 'SIGTERM to children', target: 'children', signal: 'SIGTERM' },
  { atMs: 1300, name: 'SIGKILL to children', target: 'children', signal: 'SIGKILL' },
  { atMs: 1500, name: 'repeated KeyboardInterrupt', target: 'kernel', signal: askSignal },
];

export const createDriver = (options: DriverOptions): LanguageDriver => ({
  language: 'python',
  interruptSteps,
  holdsOutput: false,
  needsLifeline: true,
  // PATH decides which interpreter runs.
  readsAtStart: (name) =>
    /^(?:PYTHON|LC_|LD_|MALLOC_|SSL_|OPENSSL_)|^(?:PATH|HOME|LANG|TZ|VIRTUAL_ENV)$/.test(name),
  async plan({ program, env, controlIn, controlOut, lifeline }) {
    const wanted = program ?? (typeof options.program === 'string' ? options.program : 'python3');
    const file = await findInterpreter(wanted, env);
    return {
      file,
      args: ['-c', bootstrap, kernelFolder, controlIn, controlOut, ...(lifeline ? [lifeline] : [])],
    };
  },
  connect: jsonKernel,
});
