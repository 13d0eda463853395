/** Torments one session: random commands, cancels, interrupts, resets, kills; counts every answer. */
import { readFileSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import type { Execution, RuntimeSession, RuntimeSessionManager } from 'holdfast';
import { hostileCommands } from './hostile-commands.ts';
import type { Random } from './random.ts';

// Node tells of every thread that this one makes: a fault is to end one.
const workers = new Map<number, Worker>();
process.on('worker', (worker) => {
  const { threadId } = worker;
  workers.set(threadId, worker);
  worker.once('exit', () => workers.delete(threadId));
});

/** What of a session can be harmed from outside. */
interface Victim {
  kernels: Set<number>;
  thread: Worker | undefined;
}

/** Everything that was accepted has to show up in one of the other two. */
export interface Tally {
  accepted: number;
  results: number;
  /** By error code. */
  rejections: Record<string, number>;
  faults: Record<string, number>;
  /** What is waited for right now, to be told when it never comes. */
  awaited: Set<string>;
}

/** Ends a thread, which its session then tells as `thread-died`. */
export const threadFault = 'thread terminated';

export const emptyTally = (): Tally => ({
  accepted: 0,
  results: 0,
  rejections: {},
  faults: {},
  awaited: new Set(),
});

export interface TormentOptions {
  manager: RuntimeSessionManager;
  workspaceId: string;
  random: Random;
  tally: Tally;
  isOver(): boolean;
}

export const torment = async (options: TormentOptions): Promise<void> => {
  const { manager, workspaceId, random, tally, isOver } = options;
  const victim: Victim = { kernels: new Set(), thread: undefined };
  const stopListening = manager.subscribe((event) => {
    if (event.workspaceId !== workspaceId) return;
    if (event.type === 'thread-started') victim.thread = workers.get(event.threadId);
    if (event.type === 'kernel-started') victim.kernels.add(event.pid);
    if (event.type === 'kernel-died') victim.kernels.delete(event.pid);
    // Its thread may be another session's next, and its pids another process'.
    if (event.type === 'session-terminated') Object.assign(victim, { kernels: new Set(), thread: undefined });
  });
  while (!isOver()) {
    const session = manager.getOrCreateSession(workspaceId, { idleTimeoutMs: 0 });
    const answers = sendCommands(session, random, tally);
    await waitFor(tally, `${workspaceId}: a fault`, commitFault(session, random, tally, victim));
    await Promise.all(answers);
  }
  stopListening();
};

const sendCommands = (session: RuntimeSession, random: Random, tally: Tally): Promise<void>[] => {
  const count = random.below(10) === 0 ? 40 : 1 + random.below(4);
  return Array.from({ length: count }, () => {
    const { language, code, options } = random.pick(hostileCommands);
    const controller = new AbortController();
    const execution = session.exec(code, {
      language,
      timeoutMs: 5_000,
      ...options,
      signal: controller.signal,
    });
    if (random.below(15) === 0) setTimeout(() => controller.abort(), random.below(200));
    tally.accepted += 1;
    const isRead = random.below(5) === 0;
    const what = `${session.workspaceId}: ${execution.id}${isRead ? ' read along' : ''}: ${code}`;
    return waitFor(tally, what, isRead ? readAlong(execution, tally) : countAnswer(execution, tally));
  });
};

const waitFor = async (tally: Tally, what: string, promise: Promise<void>): Promise<void> => {
  tally.awaited.add(what);
  await promise;
  tally.awaited.delete(what);
};

const readAlong = async (execution: Execution, tally: Tally): Promise<void> => {
  try {
    for await (const _chunk of execution) if (tally.accepted % 7 === 0) break;
  } catch {
    // The same rejection is counted below.
  }
  await countAnswer(execution, tally);
};

const countAnswer = async (execution: Execution, tally: Tally): Promise<void> => {
  try {
    await execution;
    tally.results += 1;
  } catch (error) {
    const code = (error as { code?: string }).code ?? `untyped: ${String(error)}`;
    tally.rejections[code] = (tally.rejections[code] ?? 0) + 1;
  }
};

const commitFault = async (
  session: RuntimeSession,
  random: Random,
  tally: Tally,
  victim: Victim,
): Promise<void> => {
  const note = (name: string): void => {
    tally.faults[name] = (tally.faults[name] ?? 0) + 1;
  };
  const signalKernel = (signal: NodeJS.Signals): void => {
    for (const pid of victim.kernels) sendSignal(pid, signal);
  };
  const dice = random.below(100);
  if (dice < 5) {
    note('SIGKILL to kernels');
    signalKernel('SIGKILL');
  } else if (dice < 8) {
    note('SIGSTOP to kernels');
    signalKernel('SIGSTOP');
    // A stopped kernel ends its command at the limit.
  } else if (dice < 18) {
    note('interrupt');
    await session.interrupt();
  } else if (dice < 23) {
    note('reset');
    await session.reset().catch(() => undefined);
  } else if (dice < 25) {
    note('terminate');
    await session.terminate();
  } else if (dice < 26 && victim.thread) {
    note(threadFault);
    await victim.thread.terminate();
  } else if (dice < 28) {
    const launcher = launcherOf([...victim.kernels]);
    if (!launcher) return;
    const signal = random.pick(['SIGKILL', 'SIGSTOP'] as const);
    note(`${signal} to the launcher`);
    sendSignal(launcher, signal);
  }
};

const sendSignal = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It died meanwhile.
  }
};

/** The process that started one of them, unless that is this one, or has died. */
const launcherOf = ([kernel]: number[]): number | undefined => {
  try {
    const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${kernel}/status`, 'utf8'))?.[1];
    const isLauncher = readFileSync(`/proc/${parent}/cmdline`, 'utf8').includes('/launcher-process.cjs\0');
    return isLauncher ? Number(parent) : undefined;
  } catch {
    return undefined;
  }
};
