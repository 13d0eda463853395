/** Compiled code of session threads, from the first of them to all that follow. */
import { setEnvironmentData } from 'node:worker_threads';

/** Threads that are started from now on find it; see `thread/session-thread-entry.ts`. */
export const shareCodeCache = (code: Uint8Array): void => {
  // Shared, so that threads do not each get a copy for life.
  const shared = new Uint8Array(new SharedArrayBuffer(code.length));
  shared.set(code);
  setEnvironmentData('holdfast.session-thread.code-cache', shared);
};
