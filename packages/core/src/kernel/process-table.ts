/** Finds and signals the processes of a session through /proc, wherever they hid. */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { uptime } from 'node:os';
import type { HostId, SessionId } from '@holdfast/protocol';
import { withReserve } from './reserve.ts';

export interface ProcessInfo {
  pid: number;
  parent: number;
  group: number;
  session: number;
  /** When it started, in seconds since boot (resolution 10 ms). */
  startedAt: number;
  /** One letter: R, S, D, Z (zombie), T (stopped). */
  state: string;
}

/** The variable every kernel and its descendants carry: `<host id>.<session id>`. */
export const markerName = 'HOLDFAST_SESSION';

/** Its value: whose a process is. */
export const markerOf = ({ hostId, sessionId }: { hostId: HostId; sessionId: SessionId }): string =>
  `${hostId}.${sessionId}`;

// Linux reports start times in USER_HZ, which is 100 on every architecture Node runs on.
const ticksPerSecond = 100;

/**
 * The processes that this thread may have started, and others that are no older: one pass over /proc. Never
 * throws: it is what ends things that went wrong.
 */
export const readProcessTable = (): ProcessInfo[] => lookAround().processes;

interface Look {
  processes: ProcessInfo[];
  /** `countForks`, just before. */
  forks: number;
}

const lookAround = (): Look => {
  const forks = countForks();
  forgetStrangers(forks);
  const table: ProcessInfo[] = [];
  for (const name of listProcesses()) {
    const first = name.charCodeAt(0);
    if (first < 0x31 || first > 0x39) continue;
    const pid = Number(name);
    if (strangers.has(pid)) continue;
    const info = readProcess(pid);
    if (!info) continue;
    if (info.startedAt < bornAt) strangers.add(pid);
    else table.push(info);
  }
  return { processes: table, forks };
};

let ofThisTurn: Look | undefined;

/** As it was when it was first asked for in this turn: kernels that are killed together are killed by one look. */
export const lookOfThisTurn = (): Look => {
  if (ofThisTurn) return ofThisTurn;
  queueMicrotask(() => {
    ofThisTurn = undefined;
  });
  ofThisTurn = lookAround();
  return ofThisTurn;
};

/**
 * Processes older than this thread, which are most of a machine's: each takes 20 µs to read, and is read once.
 * Its number may be another's one day, but not before all the numbers were given away: there are 32,768 at least.
 */
const strangers = new Set<number>();
const safeForks = 10_000;
let forksThen = Number.NaN;

const forgetStrangers = (forks: number): void => {
  if (forks - forksThen < safeForks) return;
  strangers.clear();
  forksThen = forks;
};

/** Processes and threads that were started since the machine was; NaN where it does not tell. */
export const countForks = (): number =>
  Number(/\nprocesses (\d+)/.exec(readText('/proc/stat') ?? '')?.[1] ?? Number.NaN);

const listProcesses = (): string[] => {
  try {
    return withReserve(() => readdirSync('/proc'));
  } catch {
    return [];
  }
};

export const readProcess = (pid: number): ProcessInfo | undefined => {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The program's name stands in parentheses and may itself contain blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent, group, session] = fields;
  return {
    pid,
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startedAt: Number(fields[19]) / ticksPerSecond,
  };
};

/** Neither gone nor waiting to be reaped. */
export const isRunning = (pid: number): boolean => {
  const { state = 'X' } = readProcess(pid) ?? {};
  return state !== 'Z' && state !== 'X';
};

/** Milliseconds that its main thread was on a core; undefined where the system does not tell. */
export const ranMs = (pid: number): number | undefined => {
  const [ran] = readText(`/proc/${pid}/schedstat`)?.split(' ') ?? [];
  return ran === undefined ? undefined : Number(ran) / 1e6;
};

/** Descendants of a process, and whatever else is in its process session; not the process itself. */
export const findDescendants = (root: number, table = readProcessTable()): ProcessInfo[] => {
  const found = findChildren(root, table);
  const orphans = findOrphans(root, table, found);
  return [...found.values(), ...orphans];
};

/** These processes and all that they started. */
export const withDescendants = (roots: Iterable<number>, table = readProcessTable()): Set<number> => {
  const found = new Set<number>();
  for (const root of roots) {
    found.add(root);
    for (const { pid } of findDescendants(root, table)) found.add(pid);
  }
  return found;
};

/** Processes of its session that no chain of parents links to it any more. */
export const findOrphans = (
  root: number,
  table = readProcessTable(),
  children = findChildren(root, table),
): ProcessInfo[] => {
  const found = new Map<number, ProcessInfo>();
  for (const process of table) {
    if (process.session !== root || process.pid === root || children.has(process.pid)) continue;
    found.set(process.pid, process);
    for (const [pid, child] of findChildren(process.pid, table)) found.set(pid, child);
  }
  return [...found.values()];
};

const findChildren = (root: number, table: ProcessInfo[]): Map<number, ProcessInfo> => {
  const found = new Map<number, ProcessInfo>();
  const visit = (parent: number): void => {
    for (const process of table) {
      if (process.parent !== parent || process.pid === root || found.has(process.pid)) continue;
      found.set(process.pid, process);
      visit(process.pid);
    }
  };
  visit(root);
  return found;
};

/** Processes that were started with this marker in their environment, also after `setsid` and a double fork. */
export const findMarked = (marker: string, table?: ProcessInfo[]): ProcessInfo[] =>
  lookForMarked(marker, table).marked;

export interface MarkedLook {
  marked: ProcessInfo[];
  /** Whether they carry it can not be seen now: for an instant, while it becomes another program or ends, a process shows nothing. */
  unclear: ProcessInfo[];
}

export const lookForMarked = (marker: string, table = readProcessTable()): MarkedLook => {
  const entry = `\0${markerName}=${marker}\0`;
  const found: MarkedLook = { marked: [], unclear: [] };
  for (const info of table) {
    const { pid, state, parent } = info;
    if (pid === process.pid || state === 'Z') continue;
    const environment = readText(`/proc/${pid}/environ`);
    if (environment === undefined) continue;
    if (`\0${environment}\0`.includes(entry)) found.marked.push(info);
    else if (environment === '' && parent !== kernelThreads && commandLineOf(pid) === '')
      found.unclear.push(info);
  }
  return found;
};

// Parent of the system's own threads, which have neither environment nor words.
const kernelThreads = 2;

/** Its words, a blank between them; empty when it is gone. */
export const commandLineOf = (pid: number): string =>
  Buffer.from(readText(`/proc/${pid}/cmdline`) ?? '', 'latin1')
    .toString('utf8')
    .replaceAll('\0', ' ')
    .trim();

/** `performance.now()` as seconds since boot, to compare with start times. */
export const bootTimeOf = (time: number): number => {
  for (;;) {
    const before = performance.now();
    const up = uptime();
    const now = performance.now();
    // Two clocks: a thread that stood still between them would compare two different moments.
    if (now - before < clockGapMs) return up - (now - time) / 1_000;
  }
};

const clockGapMs = 5;

/**
 * Nothing that is older than this thread was started by it, which leaves out most of a machine. Read once: the
 * clock of `uptime` goes on while a machine sleeps, that of `performance.now` does not. Both it and start
 * times have a resolution of 10 ms.
 */
const bornAt = uptime() - 0.05;

/** Sends a signal; a process that is gone is no error. @returns whether it was there */
export const signalProcess = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return true;
    throw error;
  }
};

/** One per thread: a look at every process of the machine should not allocate for each. */
const shared = Buffer.allocUnsafeSlow(65_536);

const readText = (path: string): string | undefined => {
  let fd: number | undefined;
  try {
    fd = withReserve(() => openSync(path, 'r'));
    const length = readSync(fd, shared);
    if (length < shared.length) return shared.toString('latin1', 0, length);
    return shared.toString('latin1', 0, length) + readFileSync(fd, 'latin1');
  } catch {
    // Gone since the listing, or another user's.
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
};
