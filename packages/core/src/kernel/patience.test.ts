import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { setPatientTimeout, whenOverdue } from './patience.ts';

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

const start = async (script: string): Promise<number> => {
  child = spawn('sh', ['-c', `echo ready; ${script}`], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child.pid as number;
};

/** This thread does nothing else. */
const standStill = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

it('an answer that came while this thread stood still is not late', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'patience-'));
  const written = join(folder, 'written');
  await start(`read -r _; echo answer; : > ${written}; sleep 600`);
  const order: string[] = [];
  const overdue = new Promise<void>((resolve) => {
    setPatientTimeout(() => {
      order.push('overdue');
      resolve();
    }, 20);
  });
  child?.stdout?.on('data', () => order.push('answer'));
  child?.stdin?.write('go\n');
  standStill(50);
  while (!existsSync(written));
  await overdue;
  expect(order).toEqual(['answer', 'overdue']);
  rmSync(folder, { recursive: true });
});

it('what was taken back does not come, however late', async () => {
  const seen: string[] = [];
  const cancel = setPatientTimeout(() => seen.push('overdue'), 5);
  standStill(20);
  // The timer is due: its turn has come, that of its action has not.
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      cancel();
      resolve();
    }, 5);
    standStill(20);
  });
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(seen).toEqual([]);
});

it.each([
  ['sleeps', 'sleep 600'],
  ['runs on', 'while :; do :; done'],
])('does not wait longer for a process that %s', async (_, script) => {
  const pid = await start(script);
  await new Promise<void>((resolve) => whenOverdue(pid, 300, resolve));
});

it('nor for one that is gone', async () => {
  const pid = await start('read -r _');
  const gone = once(child as ChildProcess, 'exit');
  child?.stdin?.end();
  await gone;
  await new Promise<void>((resolve) => whenOverdue(pid, 20, resolve));
});
