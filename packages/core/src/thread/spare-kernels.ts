/**
 * Kernels that were started before anyone asked for them: in a thread that waits for its session, and in a
 * session that was reset and may be again. One of each language at most.
 *
 * A spare has run nothing. Whoever takes it gets it as if it had been started with the directory and the
 * environment wanted; where that can not be had by changing them afterwards, it is ended and nothing is given.
 */
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Language, ThreadEvent } from '@holdfast/protocol';
import type { FifoPool } from '../kernel/fifo.ts';
import type { LaunchKernel } from '../kernel/kernel-launch.ts';
import type { LanguageDriver } from '../kernel/language-driver.ts';
import { type LiveKernel, startLiveKernel } from '../kernel/live-kernel.ts';
import type { LoadDriver } from '../kernel/load-driver.ts';
import { isRunning } from '../kernel/process-table.ts';

/** What a kernel is started with. */
export interface KernelStart {
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** The program the user chose instead of the language's own. */
  program?: string;
}

/** A kernel that nobody's code ran in, and the folder that is its own. */
export interface FreshKernel {
  live: LiveKernel;
  folder: string;
  /** It is a spare until then: what ends all else of the session leaves it alone. */
  adopt(): void;
}

export interface SpareKernels {
  /** Starts one, unless there is one. */
  prepare(language: Language, start: KernelStart): void;
  /** @returns undefined when there is none that would do */
  take(language: Language, start: KernelStart): Promise<FreshKernel | undefined>;
  /** Processes of spares, which are no jobs of the user's. */
  readonly pids: ReadonlySet<number>;
  /** Folders of spares, which outlive a reset. */
  readonly folders: ReadonlySet<string>;
  /** Ends them all. */
  end(): Promise<void>;
}

export interface SpareKernelsOptions {
  loadDriver: LoadDriver;
  pool: FifoPool;
  launch: LaunchKernel;
  /** The session's private folder. */
  scratchDir: string;
  emit(event: ThreadEvent): void;
}

/** The next spare takes five pipes at most, the first command in this one two: to make more takes 5 ms, and nobody waits now. */
const pipesNext = 7;

interface Spare {
  start: KernelStart;
  folder: string;
  /** Undefined when it could not be started: whoever needs one then starts it, and learns why. */
  live: Promise<LiveKernel | undefined>;
}

export const createSpareKernels = (options: SpareKernelsOptions): SpareKernels => {
  const { loadDriver, pool, launch, scratchDir, emit } = options;
  const spares = new Map<Language, Spare>();
  const pids = new Set<number>();
  const folders = new Set<string>();
  /** Their folders are not to be removed before they are gone. */
  const discarded = new Set<Promise<void>>();
  let made = 0;

  const startSpare = async (
    language: Language,
    folder: string,
    { cwd, env, program }: KernelStart,
  ): Promise<LiveKernel> => {
    let started: number | undefined;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const driver = await loadDriver(language);
      const live = await startLiveKernel({
        driver,
        pool,
        launch,
        scratchDir: folder,
        cwd,
        env,
        ...(program ? { program } : {}),
        onStarted(pid) {
          started = pid;
          pids.add(pid);
          emit({ type: 'spare-kernel', pid, alive: true });
        },
      });
      void live.exited.then(() => {
        if (spares.get(language)?.folder === folder) spares.delete(language);
        release(folder, live.pid);
      });
      pool.stockUp(pipesNext);
      return live;
    } catch (error) {
      release(folder, started);
      throw error;
    }
  };
  /** It is no spare any more: adopted, or dead. */
  const release = (folder: string, pid: number | undefined): void => {
    folders.delete(folder);
    if (pid !== undefined && pids.delete(pid)) emit({ type: 'spare-kernel', pid, alive: false });
  };
  const discard = async ({ live }: Spare): Promise<void> => {
    const kernel = await live;
    kernel?.kill();
    await kernel?.exited;
  };

  return {
    pids,
    folders,
    prepare(language, start) {
      if (spares.has(language)) return;
      const folder = join(scratchDir, `spare-${++made}`);
      folders.add(folder);
      const live = startSpare(language, folder, start).catch(() => undefined);
      spares.set(language, { start, folder, live });
    },
    async take(language, start) {
      const spare = spares.get(language);
      if (!spare) return undefined;
      spares.delete(language);
      const live = await spare.live;
      // Nobody has called it since it was killed, and its end may not have been told yet.
      if (!live || !isRunning(live.pid)) return undefined;
      if (!isSameStart(live.driver, spare.start, start)) {
        const leaving = discard(spare).finally(() => discarded.delete(leaving));
        discarded.add(leaving);
        return undefined;
      }
      try {
        if (differs(spare.start, start)) {
          // A process that starts in a folder knows it by its real name.
          const cwd = realpathSync(start.cwd);
          await live.errand((api) => api.setContext({ cwd, env: { ...start.env }, first: true }));
        }
        const { folder } = spare;
        return { live, folder, adopt: () => release(folder, live.pid) };
      } catch {
        // It died just now: as if there had been none.
        return undefined;
      }
    },
    async end() {
      const ending = [...spares.values()];
      spares.clear();
      await Promise.all([...ending.map(discard), ...discarded]);
    },
  };
};

/** The same program, and nothing in the environment differs that is read at the start only. */
const isSameStart = (driver: LanguageDriver, has: KernelStart, wanted: KernelStart): boolean => {
  if (has.program !== wanted.program) return false;
  const names = new Set([...Object.keys(has.env), ...Object.keys(wanted.env)]);
  for (const name of names) {
    if (has.env[name] !== wanted.env[name] && driver.readsAtStart?.(name)) return false;
  }
  return true;
};

const differs = (has: KernelStart, wanted: KernelStart): boolean => {
  if (has.cwd !== wanted.cwd) return true;
  const names = Object.keys(has.env);
  if (names.length !== Object.keys(wanted.env).length) return true;
  return names.some((name) => has.env[name] !== wanted.env[name]);
};
