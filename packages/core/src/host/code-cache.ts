/** Compiled code of session threads, from the first of them to all that follow. */
import { setEnvironmentData } from 'node:worker_threads';
import type { CompiledCode } from '@holdfast/protocol';

let isClaimed = false;

/** Once true: one thread makes it for all. Many that start at once would each make the same. */
export const claimCodeCache = (): boolean => {
  const isFirst = !isClaimed;
  isClaimed = true;
  return isFirst;
};

/** Threads that are started from now on find it; see `thread/session-thread-entry.ts`. */
export const shareCodeCache = (code: Partial<CompiledCode>): void => {
  const shared = Object.fromEntries(Object.entries(code).map(([name, bytes]) => [name, share(bytes)]));
  setEnvironmentData('holdfast.session-thread.code-cache', shared);
};

/** Shared, so that threads do not each get a copy for life. */
const share = (bytes: Uint8Array): Uint8Array => {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
};
