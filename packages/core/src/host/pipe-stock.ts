/**
 * Pipes for session threads, made by the host for several of them at once.
 *
 * Making pipes takes a process (`mkfifo`; Node can make none), and starting one takes longer the larger this
 * process is: 2 ms at first, over 10 with hundreds of threads. So the host has some in stock before a session asks,
 * and those of many sessions that are opened together come from one process.
 *
 * Descriptors belong to the process: whichever thread uses a pipe may close it. What a thread did not close, the host does.
 */
import { closeSync } from 'node:fs';
import { runTool } from '../kernel/child-kernel.ts';
import { linkOf } from '../kernel/descriptors.ts';
import { batchSize, closeFifo, makeFifos, type NamedFifo } from '../kernel/fifo.ts';

export interface PipeStock {
  /** Enough for a thread to begin with; none, when none can be made. Never rejects. */
  take(): Promise<NamedFifo[]>;
  close(): Promise<void>;
}

/** Pipes for so many threads are made ahead. */
const threadsAhead = 4;
/** After the last one who asked: started beside a thread that comes up, `mkfifo` takes 10 ms of its 20. */
const restockDelayMs = 250;
/** `mkfifo` is given at most so many names at once. */
const maxThreadsAtOnce = 64;

/** @param prefix - of the pipes' names, which live for an instant */
export const createPipeStock = (prefix: string): PipeStock => {
  const free: NamedFifo[] = [];
  const waiting: ((fifos: NamedFifo[]) => void)[] = [];
  let making: Promise<void> | undefined;
  let restocking: NodeJS.Timeout | undefined;
  let closed = false;

  const missing = (): number => threadsAhead - Math.floor(free.length / batchSize);
  const make = async (): Promise<void> => {
    const threads = Math.min(waiting.length + missing(), maxThreadsAtOnce);
    try {
      free.push(...(await makeFifos(prefix, threads * batchSize, runTool)));
    } catch {
      // The first of those that wait learns the reason when it makes its own; the others may have more luck.
      waiting.shift()?.([]);
      return;
    }
    if (closed) free.splice(0).forEach(closeFifo);
  };
  const serve = (): void => {
    while (waiting.length > 0 && (closed || free.length >= batchSize)) {
      waiting.shift()?.(free.splice(0, batchSize));
    }
    clearTimeout(restocking);
    if (closed || making) return;
    if (waiting.length > 0) restock();
    else if (missing() > 0) restocking = setTimeout(restock, restockDelayMs).unref();
  };
  const restock = (): void => {
    // A turn later, so that all who ask in this one are counted.
    making = Promise.resolve()
      .then(make)
      .finally(() => {
        making = undefined;
        if (waiting.length > 0) serve();
      });
  };
  return {
    take: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        serve();
      }),
    async close() {
      closed = true;
      clearTimeout(restocking);
      free.splice(0).forEach(closeFifo);
      serve();
      await making;
    },
  };
};

/** What its descriptors are links to: the name is gone from the folder since it was made. */
export const linkTo = ({ name }: NamedFifo): string => `${name} (deleted)`;

/** Of pipes that were given to a thread which has ended: whatever is still open. */
export const closeLeft = (fifos: readonly NamedFifo[]): void => {
  // Closed, as it should be, or the number is another file's by now: then it is a link to something else.
  for (const fifo of fifos) if (linkOf(fifo.fd) === linkTo(fifo)) closeSync(fifo.fd);
};
