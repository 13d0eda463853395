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
  call(): void;
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
}

/** After the driver's last step, this long until the kernel is replaced, and at the latest at that time. */
const lastResortAfterMs = 600;
const lastResortAtMs = 2_400;

// A command this young may not have begun in the kernel, which ignores what comes between commands:
// it is asked a second time.
const youngMs = 100;
const askAgainAfterMs = 100;

export const lastResortName = 'SIGKILL to kernel';

export const climbInterruptLadder = (target: InterruptTarget): InterruptLadder => {
  const { steps, pid } = target;
  const taken: string[] = [];
  const timers: NodeJS.Timeout[] = [];
  let stopped = false;

  const sendSignal = (step: InterruptStep): void => {
    if (!step.signal) return;
    if (!target.listening) return signalTarget(pid, step.target, step.signal, target.commandStartedAt);
    if (step.target === 'kernel') return;
    signalTarget(pid, 'children', step.signal, target.commandStartedAt);
  };
  const climb = (step: InterruptStep): void => {
    taken.push(step.name);
    sendSignal(step);
    if (step.call) target.call();
  };
  const [first] = steps;
  // The command has not begun: it is asked as soon as there is somebody to ask.
  void target.listening?.then(() => {
    if (first && !stopped) sendSignal(first);
  });
  if (first && performance.now() - target.commandStartedAt < youngMs) {
    timers.push(setTimeout(sendSignal, askAgainAfterMs, first));
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
