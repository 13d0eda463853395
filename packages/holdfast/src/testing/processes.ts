/** What runs on this machine for a host, read from /proc. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Processes, other than this one, whose environment carries the text. */
export const carriers = (text: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => readOrNothing(`/proc/${pid}/environ`).includes(text));

/** Kernels that this process started. */
export const ownKernels = (): number[] =>
  carriers('HOLDFAST_SESSION=').filter((pid) => parentOf(pid) === process.pid);

/** Waits until something holds, looking again and again. @returns milliseconds it took */
export const until = async (holds: () => boolean, withinMs: number): Promise<number> => {
  const startedAt = performance.now();
  while (!holds() && performance.now() - startedAt < withinMs) await delay(20);
  return performance.now() - startedAt;
};

const parentOf = (pid: number): number => {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
};

const readOrNothing = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};
