/** Looks at processes from outside, for tests of faults. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { RuntimeSession, SessionEvent } from '../index.ts';

/** Processes whose environment carries the text, counted from /proc; not this one, and no zombies. */
export const carriers = (text: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => read(`/proc/${name}/environ`).includes(text))
    .map(Number);

/** Kernels that this process started. */
export const ownKernels = (): number[] =>
  carriers('HOLDFAST_SESSION=').filter((pid) => parentOf(pid) === process.pid);

/**
 * Waits until this process has so many kernels, and gives those of that very look: a kernel that is about to
 * become another program has no environment for a moment, and is not seen then.
 *
 * @throws when there are never so many
 */
export const untilKernels = async (count: number): Promise<number[]> => {
  let seen: number[] = [];
  const isThere = await until(() => {
    seen = ownKernels();
    return seen.length === count;
  }, 20_000);
  if (!isThere) throw new Error(`${count} kernels are expected, there are ${seen.length}`);
  return seen;
};

/**
 * To one process. @throws for a number that is none: 0 would be the group of this very test, and so all of
 * the test run.
 */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  if (!(pid > 1)) throw new Error(`${pid} is no process to send ${name} to`);
  process.kill(pid, name);
};

/** Words of a process's command line, a blank between them. */
export const commandLineOf = (pid: number): string =>
  read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();

/** The mark that a session's kernels and jobs carry. */
export const markOf = async (session: RuntimeSession): Promise<string> => {
  const { env_vars } = await session.state();
  return `HOLDFAST_SESSION=${env_vars.HOLDFAST_SESSION}`;
};

/** What the descriptors of this process are links to, those of all its threads. */
export const openFiles = (): string[] =>
  readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The listing's own.
      return '';
    }
  });

/** One letter: R, S, D, Z, T (stopped); empty where there is no such process. */
export const stateOf = (pid: number): string => / ([A-Z]) [^)]*$/.exec(read(`/proc/${pid}/stat`))?.[1] ?? '';

/** Looks until it holds, and a last time when the time is over. @returns whether it held */
export const until = async (holds: () => boolean, withinMs: number): Promise<boolean> => {
  const startedAt = performance.now();
  while (performance.now() - startedAt <= withinMs) {
    if (holds()) return true;
    await delay(10);
  }
  // A machine that stalled let the time pass between two looks, or in the middle of one.
  return holds();
};

/** The next event of that type. */
export const nextEvent = <Type extends SessionEvent['type']>(
  session: RuntimeSession,
  type: Type,
): Promise<SessionEvent & { type: Type }> =>
  new Promise((resolve) => {
    const stop = session.subscribe((event) => {
      if (event.type !== type) return;
      stop();
      resolve(event as SessionEvent & { type: Type });
    });
  });

const parentOf = (pid: number): number => {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
};

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};
