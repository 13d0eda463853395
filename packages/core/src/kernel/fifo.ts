/**
 * Nameless pipes that can be opened by path.
 *
 * Node can not create a pipe, and the sockets it makes for `stdio: 'pipe'` can not be opened again
 * (`echo x > /dev/stderr` fails on them). So: named FIFOs, opened by this process and unlinked at
 * once. `/proc/<pid>/fd/<n>` then is a path that any process of the same user can open, and nothing
 * is left behind whoever dies. The thread's own read end keeps each pipe alive.
 */
import { closeSync, constants, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PipeHandle } from '@holdfast/protocol';
import type { ChildProcesses } from './child-kernel.ts';

/** One pipe. `fd` is a non-blocking read end that stays open as long as the FIFO is in use. */
export type Fifo = Readonly<PipeHandle>;

export const openToRead = (fifo: Fifo): number =>
  openSync(fifo.path, constants.O_RDONLY | constants.O_NONBLOCK);

/** Never blocks, because the read end `fifo.fd` exists. */
export const openToWrite = (fifo: Pick<Fifo, 'path'>): number =>
  openSync(fifo.path, constants.O_WRONLY | constants.O_NONBLOCK);

export const closeFifo = (fifo: Fifo): void => closeSync(fifo.fd);

let created = 0;

/** A pipe, and the name it had: what its descriptor is a link to, as long as it is open. */
export type NamedFifo = Fifo & { readonly name: string };

/** @param prefix - of their names, which live for an instant: a private folder, and whose they are */
export const makeFifos = async (
  prefix: string,
  count: number,
  runTool: ChildProcesses['runTool'],
): Promise<NamedFifo[]> => {
  const names = Array.from({ length: count }, () => `${prefix}${++created}`);
  // Whoever tidies up may have taken the folder for a forgotten one.
  mkdirSync(dirname(prefix), { recursive: true, mode: 0o700 });
  await runTool('mkfifo', ['-m', '600', '--', ...names]);
  const fifos: NamedFifo[] = [];
  try {
    for (const name of names) {
      const fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
      fifos.push({ fd, path: `/proc/${process.pid}/fd/${fd}`, name });
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
export const batchSize = 8;

/** Pipes that are free for the next command. */
export interface FifoPool {
  /** The pipes to begin with, which the host has made. To be called once; until then, `take` waits. */
  supply(fifos: readonly Fifo[]): void;
  take(): Promise<Fifo>;
  /** Makes more, in nobody's way, if fewer than so many are free. */
  stockUp(count: number): void;
  /** Gives a taken pipe away for good: whoever has it closes it. */
  disown(fifo: Fifo): void;
  /** Takes a pipe back whose last writer is gone and whose bytes are read. */
  release(fifo: Fifo): void;
  close(): void;
}

/** @param prefix - see `makeFifos` */
export const createFifoPool = (prefix: string, runTool: ChildProcesses['runTool']): FifoPool => {
  const free: Fifo[] = [];
  const all = new Set<Fifo>();
  let closed = false;
  let tellSupplied: () => void = () => undefined;
  const supplied = new Promise<void>((resolve) => {
    tellSupplied = resolve;
  });
  /** Until there are pipes, or none can be had. */
  let filling: Promise<void> | undefined = supplied.finally(() => {
    filling = undefined;
  });

  const add = (fifos: readonly Fifo[]): void => {
    if (closed) return fifos.forEach(closeFifo);
    for (const fifo of fifos) {
      all.add(fifo);
      free.push(fifo);
    }
  };
  const makeBatch = async (): Promise<void> => add(await makeFifos(prefix, batchSize, runTool));
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
    supply(fifos) {
      add(fifos);
      tellSupplied();
    },
    take,
    stockUp(count) {
      // Whoever finds none then makes them, and learns why that does not work.
      if (free.length < count && !closed) fill().catch(() => undefined);
    },
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
