/** Signals to a kernel from outside, for tests of what comes between two commands. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** @throws for a number that is no process: 0 would be the test run itself */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  if (!(pid > 1)) throw new Error(`${pid} is no process to send ${name} to`);
  process.kill(pid, name);
};

/** Resolves when it stands still: the system tells of that in /proc alone. */
export const stop = async (pid: number): Promise<void> => {
  signal(pid, 'SIGSTOP');
  while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T ')) await delay(5);
};
