/** Ends a kernel and everything it started: ask, SIGTERM, SIGKILL, and a last look around. */
import { setTimeout as delay } from 'node:timers/promises';
import { whenOverdue } from './patience.ts';
import {
  countForks,
  findDescendants,
  lookForMarked,
  lookOfThisTurn,
  type ProcessInfo,
  readProcessTable,
  signalProcess,
  withDescendants,
} from './process-table.ts';

export interface ShutdownTarget {
  pid: number;
  exited: Promise<unknown>;
  /** Asks the kernel to end by itself; absent: start with SIGTERM. */
  ask?: () => void;
}

/** Milliseconds each step is given. Requirements: ask, wait 2 s, SIGTERM, SIGKILL. */
export interface ShutdownGrace {
  askMs: number;
  termMs: number;
}

export const defaultGrace: ShutdownGrace = { askMs: 2_000, termMs: 1_000 };

/** Settles when the kernel's process is gone and reaped. Its descendants are killed in any case. */
export const climbShutdownLadder = async (target: ShutdownTarget, grace = defaultGrace): Promise<void> => {
  const { pid, exited, ask } = target;
  // Seen now, while parents are alive: a child that left the process group is still found by its parent.
  const before = findDescendants(pid);
  if (ask) ask();
  if (!ask || !(await endsWithin(pid, exited, grace.askMs))) {
    signalGroup(pid, 'SIGCONT');
    signalGroup(pid, 'SIGTERM');
    if (!(await endsWithin(pid, exited, grace.termMs))) signalGroup(pid, 'SIGKILL');
  }
  await exited;
  signalGroup(pid, 'SIGKILL');
  const table = readProcessTable();
  const startOf = new Map(table.map((process) => [process.pid, process.startedAt]));
  for (const child of [...before, ...findDescendants(pid, table)]) {
    // A pid may have been given to a stranger since: its start time tells.
    if (startOf.get(child.pid) === child.startedAt) signalProcess(child.pid, 'SIGKILL');
  }
};

/** SIGKILL at once: the kernel, its group, and all that descends from it. */
export const killTree = (pid: number): void => {
  // Before it dies: it leads to its children while it lives.
  const descendants = findDescendants(pid, lookOfThisTurn().processes);
  signalGroup(pid, 'SIGKILL');
  killWithOffspring(pid, descendants);
};

/** What they started between the look and their end is an orphan by then, but still of their session and group. */
const killWithOffspring = (root: number, descendants: ProcessInfo[]): void => {
  const killed = new Set([root]);
  let next = descendants;
  for (let pass = 0; next.length > 0 && pass < mostPasses; pass += 1) {
    for (const { pid } of next) {
      signalProcess(pid, 'SIGKILL');
      killed.add(pid);
    }
    next = readProcessTable().filter(
      ({ pid, parent, group, session }) =>
        !killed.has(pid) && (killed.has(parent) || killed.has(group) || killed.has(session)),
    );
  }
};

/** One or two are enough for all but what forks as fast as it is looked for: the marker leads to that. */
const mostPasses = 20;

/**
 * To be asked in the turn in which kernels are killed.
 *
 * @param kernels - their pids
 * @param killAll - kills them
 * @returns whether nothing carries the marker but these and the spared. Then there is no need to look once more when
 * they are gone: nobody has started a process since the look that they were killed by, and they can not any more.
 */
export const killsLast = (
  marker: string,
  kernels: ReadonlySet<number>,
  spared: ReadonlySet<number>,
  killAll: () => void,
): boolean => {
  killAll();
  const { processes: table, forks } = lookOfThisTurn();
  const left = withDescendants(spared, table);
  // What one shows that is about to end has to be waited for.
  const others = table.filter(({ pid }) => !left.has(pid) && !kernels.has(pid));
  const { marked, unclear } = lookForMarked(marker, others);
  return marked.length + unclear.length === 0 && countForks() === forks;
};

/**
 * Kills what carries the marker until a look around finds nothing: a fork may outrun one pass.
 *
 * @param spared - pids that carry it and live on, with what they started
 */
export const killMarked = async (marker: string, spared: ReadonlySet<number> = new Set()): Promise<void> => {
  const giveUpAt = performance.now() + giveUpAfterMs;
  let unclearLooks = 0;
  for (let pass = 0; performance.now() < giveUpAt; pass += 1) {
    const table = readProcessTable();
    const living = withDescendants(spared, table);
    const { marked, unclear } = lookForMarked(marker, table);
    const own = marked.filter(({ pid }) => !living.has(pid));
    if (own.length > 0) unclearLooks = 0;
    else if (unclear.length === 0 || ++unclearLooks === certainAfter) return;
    for (const { pid } of own) signalProcess(pid, 'SIGKILL');
    await delay(pass < 5 ? 5 : 50);
  }
};

// Killed, and still there: on a machine that gives it no core to end on. Nothing is left to be done about one that stays.
const giveUpAfterMs = 20_000;

/** Looks. Who shows nothing for longer has nothing to show: another user's process, say. */
const certainAfter = 3;

/** The kernel leads its process group, so the group's id is its pid. */
const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  signalProcess(-pid, signal);
};

/** A process that was given no time to end has more of it. */
const endsWithin = (pid: number, exited: Promise<unknown>, ms: number): Promise<boolean> =>
  new Promise((resolve) => {
    const cancel = whenOverdue(pid, ms, () => resolve(false));
    void exited.then(() => {
      cancel();
      resolve(true);
    });
  });
