/**
 * Nameless pipes that can be opened by path.
 *
 * Node can not create a pipe, and the sockets it makes for `stdio: 'pipe'` can not be opened again
 * (`echo x > /dev/stderr` fails on them). So: named FIFOs, opened by this thread and unlinked at
 * once. `/proc/<pid>/fd/<n>` then is a path that any process of the same user can open, and nothing
 * is left behind whoever dies. The thread's own read end keeps each pipe alive.
 */
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './child-kernel.ts';

/** One pipe. `fd` is a non-blocking read end that stays open as long as the FIFO is in use. */
export interface Fifo {
  readonly fd: number;
  /** Opens to a fresh read or write end of this pipe, from any process of this user. */
  readonly path: string;
}

export const openToRead = (fifo: Fifo): number =>
  openSync(fifo.path, constants.O_RDONLY | constants.O_NONBLOCK);

/** Never blocks, because the read end `fifo.fd` exists. */
export const openToWrite = (fifo: Fifo): number =>
  openSync(fifo.path, constants.O_WRONLY | constants.O_NONBLOCK);

export const closeFifo = (fifo: Fifo): void => closeSync(fifo.fd);

let created = 0;

/** @param folder - private to the session; the names live there for an instant */
export const makeFifos = async (folder: string, count: number): Promise<Fifo[]> => {
  const names = Array.from({ length: count }, () => join(folder, `fifo-${++created}`));
  await runTool('mkfifo', ['-m', '600', '--', ...names]);
  const fifos: Fifo[] = [];
  try {
    for (const name of names) {
      const fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
      fifos.push({ fd, path: `/proc/${process.pid}/fd/${fd}` });
    }
    return fifos;
  } catch (error) {
    // All or none: what is short already must not be lost bit by bit.
    fifos.forEach(closeFifo);
    throw error;
  } finally {
    names.forEach((name) => unlinkSync(name));
  }
};

// One `mkfifo` process makes many pipes for the price of one (about 2 ms); four pairs last most
// sessions for their life, since a pipe is used again once its last writer is gone.
const batchSize = 8;

/** Pipes that are free for the next command. */
export interface FifoPool {
  /** Makes pipes ahead of need. */
  fill(): Promise<void>;
  take(): Promise<Fifo>;
  /** Gives a taken pipe away for good: whoever has it closes it. */
  disown(fifo: Fifo): void;
  /** Takes a pipe back whose last writer is gone and whose bytes are read. */
  release(fifo: Fifo): void;
  close(): void;
}

export const createFifoPool = (folder: string): FifoPool => {
  const free: Fifo[] = [];
  const all = new Set<Fifo>();
  let filling: Promise<void> | undefined;
  let closed = false;

  const makeBatch = async (): Promise<void> => {
    const batch = await makeFifos(folder, batchSize);
    if (closed) return batch.forEach(closeFifo);
    for (const fifo of batch) {
      all.add(fifo);
      free.push(fifo);
    }
  };
  const fill = (): Promise<void> => {
    filling ??= makeBatch().finally(() => {
      filling = undefined;
    });
    return filling;
  };

  const take = async (): Promise<Fifo> => {
    for (;;) {
      const fifo = free.pop();
      if (fifo) return fifo;
      await fill();
    }
  };

  return {
    fill,
    take,
    disown: (fifo) => void all.delete(fifo),
    release: (fifo) => {
      if (all.has(fifo)) free.push(fifo);
    },
    close() {
      closed = true;
      for (const fifo of all) closeFifo(fifo);
      all.clear();
      free.length = 0;
    },
  };
};
