/**
 * What a worker thread runs: loads the bundled code of session threads, with V8's code cache where an earlier
 * thread has left one.
 *
 * Compiling that code is most of what a session thread costs beyond an empty one (about 20 of 26 ms of CPU).
 * The first thread of a process pays it, and hands its compiled code to the host (see `host/code-cache.ts`), which
 * gives it to all later threads. Bundled as CommonJS: a module loader of its own would cost each thread 4 ms.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { getEnvironmentData } from 'node:worker_threads';
import type { CompiledCode } from '@holdfast/protocol';
import type { ChildProcesses } from '../kernel/child-kernel.ts';
import type { runSessionThread as RunSessionThread, SessionThreadTask } from './run-session-thread.ts';

interface SessionThreadModule {
  runSessionThread: typeof RunSessionThread;
}
type Wrapped = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  file: string,
  folder: string,
) => void;

const folder = import.meta.dirname;
const require = createRequire(join(folder, 'session-thread.cjs'));
/** As in `host/code-cache.ts`, which this file does not load to read one word. */
const codeCacheKey = 'holdfast.session-thread.code-cache';
const caches = (getEnvironmentData(codeCacheKey) ?? {}) as Partial<CompiledCode>;
/** What was compiled here. */
const compiled: [name: keyof CompiledCode, script: Script][] = [];

const load = (name: keyof CompiledCode): unknown => {
  const file = join(folder, `${name}.cjs`);
  const cachedData = caches[name];
  // The file holds a function: to put the text into one here would leave each thread with two copies of it.
  const script = new Script(readFileSync(file, 'latin1'), {
    filename: file,
    ...(cachedData ? { cachedData } : {}),
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as Wrapped;
  run(module.exports, require, module, file, folder);
  // Made by another version or with other flags, it is of no use to V8, which says so and compiles.
  if (!cachedData || script.cachedDataRejected) compiled.push([name, script]);
  return module.exports;
};

const sessionThread = load('session-thread') as SessionThreadModule;
let processes: ChildProcesses | undefined;

export const runSessionThread = (task: SessionThreadTask): Promise<void> =>
  sessionThread.runSessionThread(task, {
    importDriver: async (url) => (url.endsWith('.cjs') ? require(fileURLToPath(url)) : import(url)),
    childProcesses() {
      processes ??= load('child-kernel') as ChildProcesses;
      return processes;
    },
    createCodeCache: () =>
      Object.fromEntries(compiled.map(([name, script]) => [name, script.createCachedData()])),
  });
