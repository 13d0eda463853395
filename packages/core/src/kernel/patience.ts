/** Time limits that a machine under load does not break: who has answered, or could not yet, is not late. */
import { ranMs, readProcess } from './process-table.ts';

/**
 * `setTimeout`, but what has arrived in the meantime is read before: after a thread stood still, Node fires the
 * timers that are due before it looks at its pipes.
 *
 * @returns takes it back
 */
export const setPatientTimeout = (action: () => void, ms: number): (() => void) => {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(action);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
};

/** What a process needs at most to take a signal and to say so: a few scheduler slices of a busy machine. */
const chanceMs = 10;
const lookAgainMs = 50;
/** Beyond that a machine is not busy but broken. */
const mercyMs = 20_000;

/**
 * The same for who waits on a process: one that was given no core all the while is waited for up to 20 seconds more.
 * One that sleeps, or runs on regardless, is not.
 */
export const whenOverdue = (pid: number, ms: number, action: () => void): (() => void) => {
  const before = ranMs(pid);
  let mercyUntil: number | undefined;
  let cancel: () => void;
  const look = (): void => {
    mercyUntil ??= performance.now() + mercyMs;
    if (performance.now() > mercyUntil || !isStarved(pid, before)) return action();
    cancel = setPatientTimeout(look, lookAgainMs);
  };
  cancel = setPatientTimeout(look, ms);
  return () => cancel();
};

const isStarved = (pid: number, before: number | undefined): boolean => {
  const { state = '' } = readProcess(pid) ?? {};
  if (state !== 'R' && state !== 'D') return false;
  const now = ranMs(pid);
  return before !== undefined && now !== undefined && now - before < chanceMs;
};
