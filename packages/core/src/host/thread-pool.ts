/** The worker threads that sessions live in. The only file that knows piscina. */
import { createRequire } from 'node:module';
import { Piscina } from 'piscina';
import type { SessionThreadTask } from '../thread/run-session-thread.ts';

export interface ThreadPool {
  /** Holds a thread for a session's life. Settles when that ends; rejects when the thread died. */
  run(task: SessionThreadTask): Promise<void>;
  close(): Promise<void>;
}

export interface ThreadPoolOptions {
  maxThreads: number;
  /** V8's limit for each thread's heap, in MiB. */
  maxHeapMb?: number;
}

export const createThreadPool = ({ maxThreads, maxHeapMb }: ThreadPoolOptions): ThreadPool => {
  const pool = new Piscina<SessionThreadTask, void>({
    // Piscina wants a path or a URL as a string. The bundled entry loads four times as fast as its modules would.
    filename: createRequire(import.meta.url).resolve('@holdfast/core/session-thread'),
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
    ...(maxHeapMb ? { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } } : {}),
  });
  return {
    run: (task) => pool.run(task, { transferList: [task.callPort, task.dataPort] }),
    close: () => pool.destroy(),
  };
};
