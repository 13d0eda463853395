/** Stops a running command step by step, so that its kernel and state survive wherever they can. */
import type { InterruptStep } from './language-driver.ts';
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
  const timers: NodeJS.Timeout[] = [];
  let stopped = false;
  /** The kernel has answered the call of the step taken last. */
  let heard = false;
  let signalsSent = 0;

  const sendSignal = ({ signal, target: wanted }: InterruptStep): void => {
    if (!signal || (target.listening && wanted === 'kernel')) return;
    const who = target.listening ? 'children' : wanted;
    if (who !== 'children') signalsSent += 1;
    signalTarget(pid, who, signal, target.commandStartedAt);
  };
  const climb = (step: InterruptStep): void => {
    taken.push(step.name);
    if (step.call === 'first') return ask(step);
    sendSignal(step);
    if (step.call) void target.call();
  };
  const ask = (step: InterruptStep): void => {
    heard = false;
    let isLate = false;
    const giveUp = setTimeout(() => {
      isLate = true;
      sendSignal(step);
    }, hearsCallMs);
    timers.push(giveUp);
    void target.call().then(() => {
      clearTimeout(giveUp);
      if (isLate) return;
      heard = true;
      // Also when that was the end of the command: they are its own.
      if (step.target !== 'kernel') sendSignal({ ...step, target: 'children' });
    });
  };
  const sendAgain = (step: InterruptStep): void => {
    if (!heard) sendSignal(step);
  };
  const [first] = steps;
  // The command has not begun: it is asked as soon as there is somebody to ask.
  void target.listening?.then(() => {
    if (first && !stopped) sendAgain(first);
  });
  if (first && performance.now() - target.commandStartedAt < youngMs) {
    timers.push(setTimeout(sendAgain, askAgainAfterMs, first));
  }
  for (const step of steps) {
    if (step.atMs === 0) climb(step);
    else timers.push(setTimeout(climb, step.atMs, step));
  }
  const last = steps.at(-1)?.atMs ?? 0;
  const lastResort = (): void => {
    taken.push(lastResortName);
    target.lastResort();
  };
  timers.push(setTimeout(lastResort, Math.min(last + lastResortAfterMs, lastResortAtMs)));
  return {
    taken,
    get signalsSent() {
      return signalsSent;
    },
    stop() {
      stopped = true;
      timers.forEach(clearTimeout);
      for (const orphan of findOrphans(pid)) {
        if (orphan.startedAt >= earliestStart(target.commandStartedAt)) signalProcess(orphan.pid, 'SIGKILL');
      }
    },
  };
};

/** Signals are followed by SIGCONT: a stopped process takes no signal until it goes on. */
const signalTarget = (
  pid: number,
  target: InterruptStep['target'],
  signal: NodeJS.Signals,
  commandStartedAt: number,
): void => {
  if (target !== 'children') {
    signalProcess(pid, signal);
    signalProcess(pid, 'SIGCONT');
  }
  if (target === 'kernel') return;
  const since = earliestStart(commandStartedAt);
  for (const child of findDescendants(pid)) {
    if (child.startedAt < since) continue;
    signalProcess(child.pid, signal);
    signalProcess(child.pid, 'SIGCONT');
  }
};

/** Start times have a resolution of 10 ms, so a child of the command may seem a little older than it. */
const earliestStart = (commandStartedAt: number): number => bootTimeOf(commandStartedAt) - 0.02;
