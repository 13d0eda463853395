/** Driver of Node kernels: how one is started, and what a stuck command is worth. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import {
  type DriverOptions,
  type InterruptStep,
  jsonKernel,
  type LanguageDriver,
} from '@holdfast/core/driver-kit';

const kernelFile = fileURLToPath(new URL('../kernel/main.cjs', import.meta.url));
// Found here, once per thread: the kernel would need a millisecond for it at every start.
const acornFile = createRequire(import.meta.url).resolve('acorn');

/**
 * The call ends a command that waits, SIGINT ends JavaScript that runs and hears no call. The first round goes to the
 * user's own SIGINT listeners, if there are any; the second takes no notice of them.
 */
const interruptSteps: readonly InterruptStep[] = [
  { atMs: 0, name: 'SIGINT', target: 'both', signal: 'SIGINT', call: 'first' },
  { atMs: 300, name: 'second SIGINT', target: 'kernel', signal: 'SIGINT', call: 'first' },
  // On a loaded machine Node may miss one: its watchdog for signals starts and stops with each piece of code.
  { atMs: 700, name: 'repeated SIGINT', target: 'kernel', signal: 'SIGINT', call: 'first' },
  { atMs: 900, name: 'SIGTERM to children', target: 'children', signal: 'SIGTERM', call: 'first' },
  { atMs: 1_100, name: 'repeated SIGINT', target: 'kernel', signal: 'SIGINT', call: 'first' },
  { atMs: 1_300, name: 'SIGKILL to children', target: 'children', signal: 'SIGKILL', call: 'first' },
];

export const createDriver = (options: DriverOptions): LanguageDriver => ({
  language: 'node',
  interruptSteps,
  holdsOutput: true,
  readsAtStart: (name) => /^(?:NODE_|LC_|LD_|MALLOC_|UV_|SSL_|OPENSSL_)|^(?:LANG|TZ)$/.test(name),
  plan: ({ program, controlIn, controlOut }) => ({
    file: program ?? (options.program ? String(options.program) : process.execPath),
    args: [
      // Shows the kernel what it needs of Node's internals; it hides them again before user code runs.
      '--expose-internals',
      ...(options.maxHeapMb ? [`--max-old-space-size=${options.maxHeapMb}`] : []),
      kernelFile,
      controlIn,
      controlOut,
      acornFile,
    ],
  }),
  connect: jsonKernel,
});
