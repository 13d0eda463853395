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
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { getEnvironmentData } from 'node:worker_threads';
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

const file = join(import.meta.dirname, 'session-thread.cjs');
/** As in `host/code-cache.ts`, which this file does not load to read one word. */
const codeCacheKey = 'holdfast.session-thread.code-cache';

const load = (): SessionThreadModule & { createCodeCache: (() => Uint8Array) | undefined } => {
  const cache = getEnvironmentData(codeCacheKey) as Uint8Array | undefined;
  // The file holds a function: to put the text into one here would leave each thread with two copies of it.
  const script = new Script(readFileSync(file, 'latin1'), {
    filename: file,
    ...(cache ? { cachedData: cache } : {}),
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as Wrapped;
  run(module.exports, createRequire(file), module, file, dirname(file));
  // Made by another version or with other flags, it is of no use to V8, which says so and compiles.
  const isCached = cache !== undefined && !script.cachedDataRejected;
  return {
    ...(module.exports as SessionThreadModule),
    createCodeCache: isCached ? undefined : () => script.createCachedData(),
  };
};

const require = createRequire(file);
const sessionThread = load();

export const runSessionThread = (task: SessionThreadTask): Promise<void> =>
  sessionThread.runSessionThread(task, {
    importDriver: async (url) => (url.endsWith('.cjs') ? require(fileURLToPath(url)) : import(url)),
    createCodeCache: sessionThread.createCodeCache,
  });
