/** The worker threads that sessions live in. The only file that knows piscina. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { assertDescriptors } from '../kernel/reserve.ts';
import type { SessionThreadTask } from '../thread/run-session-thread.ts';

export interface ThreadPool {
  run(task: SessionThreadTask): PooledThread;
  close(): Promise<void>;
}

/** A thread that is held for a session's life. */
export interface PooledThread {
  /** Settles when the session has ended; rejects when the thread died, or could not be made. */
  readonly ended: Promise<void>;
  /** To be called when the thread has taken its task. */
  noteStarted(): void;
}

export interface ThreadPoolOptions {
  maxThreads: number;
  /** V8's limit for each thread's heap, in MiB. */
  maxHeapMb?: number;
}

/**
 * V8 lets young garbage grow to 48 MiB where it may. Collecting 12 of them then stopped a thread for 2 to 3 ms, in one
 * of 170 commands; with 3 it is 0.2 ms, for as much CPU, and an idle session takes 1 MiB less.
 */
const maxYoungGenerationSizeMb = 3;

/**
 * A thread takes 50 ms of CPU to come up. More of them at once share the cores: all would come late, instead of some
 * soon, and none could use the code that the first one compiles.
 */
const startingAtOnce = 2 * availableParallelism();

/** What a thread opens to begin with, and a session in it. */
const descriptorsOfThread = 24;

export const createThreadPool = ({ maxThreads, maxHeapMb }: ThreadPoolOptions): ThreadPool => {
  const pool = new Piscina<SessionThreadTask, void>({
    // Piscina wants a path as a string. The bundled entry loads four times as fast as its modules would.
    filename: fileURLToPath(new URL('../../dist/session-thread-entry.cjs', import.meta.url)),
    name: 'runSessionThread',
    minThreads: 0,
    maxThreads,
    concurrentTasksPerWorker: 1,
    // A waiting thread would otherwise block in Atomics.wait and not see its session's messages.
    atomics: 'disabled',
    // Node would close the descriptors that a thread opened and handed to sockets a second time when
    // the thread ends, by number, when the number may be another thread's already.
    trackUnmanagedFds: false,
    // Leaving threads are cheap to replace and cost memory while they wait.
    idleTimeout: 1_000,
    resourceLimits: {
      maxYoungGenerationSizeMb,
      ...(maxHeapMb ? { maxOldGenerationSizeMb: maxHeapMb } : {}),
    },
  });
  // Tasks that threads are made for, and have not taken yet, oldest first.
  const starting = new Set<AbortController>();
  // Those that come after them.
  const waiting: (() => void)[] = [];
  const enterStart = (controller: AbortController): Promise<void> =>
    new Promise((resolve) => {
      const enter = (): void => {
        starting.add(controller);
        resolve();
      };
      if (starting.size < startingAtOnce) enter();
      else waiting.push(enter);
    });
  const leaveStart = (controller: AbortController): void => {
    if (starting.delete(controller)) waiting.shift()?.();
  };
  // A thread that fails before it has a task takes nobody's task down with it: the one it was made for would
  // wait for ever, and an error event without a listener would end the host.
  pool.on('error', (error: Error) => {
    const youngest = [...starting].at(-1);
    if (!youngest) return;
    // At once: the next thread's failure, which may be told in this very turn, is another task's.
    leaveStart(youngest);
    youngest.abort(error);
  });

  const hold = async (task: SessionThreadTask, controller: AbortController): Promise<void> => {
    const { signal } = controller;
    await enterStart(controller);
    try {
      assertDescriptors(descriptorsOfThread);
      await pool.run(task, { transferList: [task.callPort, task.dataPort], signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      leaveStart(controller);
    }
  };

  return {
    run(task) {
      const controller = new AbortController();
      return { ended: hold(task, controller), noteStarted: () => leaveStart(controller) };
    },
    close: () => pool.destroy(),
  };
};
