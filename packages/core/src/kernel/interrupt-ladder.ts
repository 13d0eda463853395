/** Stops a running command step by step, so that its kernel and state survive wherever they can. */
import type { InterruptStep } from './language-driver.ts';
import { setPatientTimeout, whenOverdue } from './patience.ts';
import { bootTimeOf, findDescendants, findOrphans, signalProcess } from './process-table.ts';

export interface InterruptTarget {
  pid: number;
  steps: readonly InterruptStep[];
  /** Set while the kernel itself can not be signalled, until it settles. What it started can. */
  readonly listening: Promise<void> | undefined;
  /** `performance.now()` when the command began: what is older is an earlier command's job. */
  commandStartedAt: number;
  /** Asks the kernel itself; settles when it has done what it could, and never if it can not hear. */
  call(): Promise<void>;
  /** All steps were in vain: the kernel must be replaced. */
  lastResort(): void;
}

export interface InterruptLadder {
  /**
   * The command has ended: no further step is taken. Processes that it left without a parent are
   * ended too: the children of what was interrupted, which ignore SIGINT when they were put in the
   * background. The kernel's own background jobs live on.
   */
  stop(): void;
  /** Names of the steps taken so far, in order. */
  readonly taken: readonly string[];
  /** How often the kernel's own process was signalled. */
  readonly signalsSent: number;
}

/** After the driver's last step, this long until the kernel is replaced, and at the latest at that time. */
const lastResortAfterMs = 600;
const lastResortAtMs = 2_400;

// A command this young may not have begun in the kernel, which ignores what comes between commands:
// it is asked a second time.
const youngMs = 100;
const askAgainAfterMs = 100;

// A kernel that only waits does what it is asked in a millisecond. A signal at the same time would end
// what it does about it: the user's own SIGINT listeners, or what they set going.
const hearsCallMs = 25;

export const lastResortName = 'SIGKILL to kernel';

export const climbInterruptLadder = (target: InterruptTarget): InterruptLadder => {
  const { steps, pid } = target;
  const taken: string[] = [];
  const pending = new Set<() => void>();
  let stopped = false;
  /** The kernel has answered the call of the step taken last. */
  let heard = false;
  let signalsSent = 0;

  /** @returns whether there was somebody to signal */
  const sendSignal = ({ signal, target: wanted }: InterruptStep): boolean => {
    if (!signal || (target.listening && wanted === 'kernel')) return false;
    const who = target.listening ? 'children' : wanted;
    if (who !== 'children') signalsSent += 1;
    return signalTarget(pid, who, signal, target.commandStartedAt);
  };
  const climb = (step: InterruptStep): void => {
    if (step.call === 'first') return ask(step);
    // A kernel that can not be signalled now is on its way already: no step that is worth telling of.
    if (sendSignal(step) || !target.listening || step.call) taken.push(step.name);
    if (step.call) void target.call();
  };
  const ask = (step: InterruptStep): void => {
    taken.push(step.name);
    heard = false;
    let isLate = false;
    const giveUp = whenOverdue(pid, hearsCallMs, () => {
      isLate = true;
      sendSignal(step);
    });
    pending.add(giveUp);
    void target.call().then(() => {
      giveUp();
      heard = true;
      if (isLate) return;
      // Also when that was the end of the command: they are its own.
      if (step.target !== 'kernel') sendSignal({ ...step, target: 'children' });
    });
  };
  const sendAgain = (step: InterruptStep): void => {
    if (!heard) sendSignal(step);
  };
  const lastResort = (): void => {
    taken.push(lastResortName);
    target.lastResort();
  };
  /** One after the other: when this thread stood still, the kernel may have, too, and has its time all the same. */
  const climbFrom = (index: number, sinceMs: number): void => {
    const step = steps[index];
    if (step?.atMs === sinceMs) {
      climb(step);
      return climbFrom(index + 1, sinceMs);
    }
    const atMs = step?.atMs ?? Math.min(sinceMs + lastResortAfterMs, lastResortAtMs);
    const next = whenOverdue(pid, atMs - sinceMs, () => {
      pending.delete(next);
      if (!step) return lastResort();
      climbFrom(index, atMs);
    });
    pending.add(next);
  };

  const [first] = steps;
  // The command has not begun: it is asked as soon as there is somebody to ask.
  void target.listening?.then(() => {
    if (first && !stopped) sendAgain(first);
  });
  if (first && performance.now() - target.commandStartedAt < youngMs) {
    pending.add(setPatientTimeout(() => sendAgain(first), askAgainAfterMs));
  }
  climbFrom(0, 0);
  return {
    taken,
    get signalsSent() {
      return signalsSent;
    },
    stop() {
      stopped = true;
      for (const cancel of pending) cancel();
      for (const orphan of findOrphans(pid)) {
        if (orphan.startedAt >= earliestStart(target.commandStartedAt)) signalProcess(orphan.pid, 'SIGKILL');
      }
    },
  };
};

/** Signals are followed by SIGCONT: a stopped process takes no signal until it goes on. @returns whether there was one */
const signalTarget = (
  pid: number,
  target: InterruptStep['target'],
  signal: NodeJS.Signals,
  commandStartedAt: number,
): boolean => {
  if (target !== 'children') {
    signalProcess(pid, signal);
    signalProcess(pid, 'SIGCONT');
  }
  if (target === 'kernel') return true;
  const since = earliestStart(commandStartedAt);
  const children = findDescendants(pid).filter(({ startedAt }) => startedAt >= since);
  for (const child of children) {
    signalProcess(child.pid, signal);
    signalProcess(child.pid, 'SIGCONT');
  }
  return target === 'both' || children.length > 0;
};

/** Start times have a resolution of 10 ms, so a child of the command may seem a little older than it. */
const earliestStart = (commandStartedAt: number): number => bootTimeOf(commandStartedAt) - 0.02;
