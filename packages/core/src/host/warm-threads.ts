/** Session threads that are started before they are needed, each with kernels ready in it. */
import { join } from 'node:path';
import {
  createSessionId,
  type HostId,
  type Language,
  type LanguageDescriptor,
  type SessionId,
} from '@holdfast/protocol';
import { claimCodeCache } from './code-cache.ts';
import { selectEnvironment } from './environment.ts';
import type { PipeStock } from './pipe-stock.ts';
import type { Reaper } from './reaper.ts';
import { type PreparedThread, prepareThread } from './session-thread.ts';
import type { ThreadPool } from './thread-pool.ts';

export interface WarmThreads {
  /**
   * One that is ready or on its way to be, otherwise a new one.
   *
   * @param sessionId - of the session; given only where there are no warm threads, which have theirs already
   */
  take(sessionId?: SessionId): PreparedThread;
  /** Starts as many as are wanted, within what sessions leave of the limit. */
  refill(): void;
  /** Ends those that nobody took. */
  close(): Promise<void>;
}

export interface WarmThreadsOptions {
  hostId: HostId;
  languages: LanguageDescriptor[];
  /** Languages whose kernels wait in each. */
  warmLanguages: readonly Language[];
  /** How many are wanted now. */
  wanted(): number;
  /** Private to this host process. */
  tmpDir: string;
  /** The same, for the names of pipes. */
  pipeDir: string;
  pool: ThreadPool;
  reaper: Reaper;
  pipes: PipeStock;
  /** Socket of the process that starts kernels. */
  launcherPath: string;
}

export const createWarmThreads = (options: WarmThreadsOptions): WarmThreads => {
  const { hostId, languages, warmLanguages, wanted, tmpDir, pipeDir, pool, reaper, pipes, launcherPath } =
    options;
  const warm = new Set<PreparedThread>();
  let closed = false;

  const prepare = (kernels: readonly Language[], sessionId = createSessionId()): PreparedThread => {
    const preparation = {
      hostId,
      sessionId,
      languages,
      warm: [...kernels],
      env: selectEnvironment(process.env, false, {}),
      scratchDir: join(tmpDir, sessionId),
      pipePrefix: join(pipeDir, `${sessionId}-`),
      launcherPath,
      leavesCodeCache: claimCodeCache(),
    };
    return prepareThread({ preparation, pool, reaper, pipes });
  };
  return {
    take(sessionId) {
      const [thread] = warm;
      if (!thread) return prepare([], sessionId);
      warm.delete(thread);
      return thread;
    },
    refill() {
      while (!closed && warm.size < wanted()) {
        const thread = prepare(warmLanguages);
        warm.add(thread);
        void thread.ended.then(() => warm.delete(thread));
      }
    },
    async close() {
      closed = true;
      const unused = [...warm];
      warm.clear();
      for (const thread of unused) thread.discard();
      await Promise.all(unused.map(({ ended }) => ended));
    },
  };
};
