/** The process that starts kernels for a host with many sessions: what it starts, and its own end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSessionManager, type RuntimeSession } from '../index.ts';
import { carriers, commandLineOf, markOf, signal, stateOf, until } from '../testing/processes.ts';
import { pathOf } from '../testing/run-host.ts';

const manager = createSessionManager();
let opened = 0;
const open = (): RuntimeSession => manager.getOrCreateSession(`session ${++opened}`);
const parentOf = async (session: RuntimeSession): Promise<number> =>
  Number((await session.exec('echo $PPID')).stdout);
const isGone = (pid: number): boolean => ['', 'Z'].includes(stateOf(pid));

/** A session that the launcher started. Until it listens, threads start their kernels. */
const openLaunched = async (): Promise<{ session: RuntimeSession; launcher: number }> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const session = open();
    const launcher = await parentOf(session);
    if (launcher !== process.pid) return { session, launcher };
    await session.terminate();
  }
  throw new Error('no session was started by a launcher');
};

beforeAll(async () => {
  const few = Array.from({ length: 8 }, open);
  expect(await Promise.all(few.map(parentOf))).toEqual(Array(8).fill(process.pid));
});
afterAll(() => manager[Symbol.asyncDispose]());

it('starts kernels of every language, once there are more than eight sessions', async () => {
  const { session, launcher } = await openLaunched();
  expect(commandLineOf(launcher)).toMatch(/launcher-process\.cjs .*\/launcher$/);
  const python = await session.exec('import os; os.getppid()', { language: 'python' });
  const node = await session.exec('process.ppid', { language: 'node' });
  expect([python.result?.text, node.result?.text]).toEqual([`${launcher}`, `${launcher}`]);
});

it('tells how a kernel ended', async () => {
  const { session, launcher } = await openLaunched();
  const killed = await session.exec('kill -9 $$');
  expect([killed.exitCode, killed.signal]).toEqual([137, 'SIGKILL']);
  expect(await parentOf(session)).toBe(launcher);
  const gone = await session.exec('import os; os._exit(3)', { language: 'python' });
  expect([gone.exitCode, gone.signal, gone.stateLost?.reason]).toEqual([
    3,
    null,
    "the kernel's process ended with exit code 3",
  ]);
});

it('SIGKILL to it: kernels keep their state, their later ends are seen, and there is a new one', async () => {
  const { session, launcher } = await openLaunched();
  await session.exec('kept=1; kept() { echo function; }');
  signal(launcher, 'SIGKILL');
  expect((await session.exec('echo $kept; kept')).stdout).toBe('1\nfunction\n');
  const killed = await session.exec('kill -9 $$');
  expect([killed.exitCode, killed.signal, killed.stateLost?.reason]).toEqual([
    null,
    null,
    expect.stringContaining("the kernel's process ended, and so had the one that would have told how"),
  ]);
  const next = await openLaunched();
  expect(next.launcher).not.toBe(launcher);
});

it('SIGSTOP to it holds nobody up for ever', async () => {
  const { session, launcher } = await openLaunched();
  signal(launcher, 'SIGSTOP');
  const killed = await session.exec('kill -9 $$');
  expect([killed.exitCode, killed.signal]).toEqual([137, 'SIGKILL']);
  expect(await parentOf(open())).toBe(launcher);
});

it('ends with its manager', async () => {
  const own = createSessionManager();
  const sessions = Array.from({ length: 9 }, (_, index) => own.getOrCreateSession(`${index}`));
  const [first] = sessions as [RuntimeSession];
  await Promise.all(sessions.map((session) => session.exec('true')));
  // Reset after reset, until it is there.
  let launcher = process.pid;
  while (launcher === process.pid) {
    await first.exec('kill -9 $$');
    launcher = await parentOf(first);
  }
  await own[Symbol.asyncDispose]();
  expect(await until(() => isGone(launcher), 20_000)).toBe(true);
});

it('SIGKILL to the host ends it, and all that it started', async () => {
  const host = spawn(process.execPath, [pathOf('host-with-launcher.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(host.stdout, 'data');
  const { launcher, mark } = JSON.parse(String(line)) as { launcher: number; mark: string };
  const hostMark = mark.slice(0, mark.indexOf('.') + 1);
  expect(carriers(hostMark).length).toBeGreaterThanOrEqual(9);
  host.kill('SIGKILL');
  expect(await until(() => isGone(launcher) && carriers(hostMark).length === 0, 20_000)).toBe(true);
});

it('leaves no process of a session that ends', async () => {
  const { session } = await openLaunched();
  await session.exec('sleep 4300 & setsid sleep 4301 &');
  const mark = await markOf(session);
  expect(await until(() => carriers(mark).length >= 3, 20_000)).toBe(true);
  await session.terminate();
  expect(carriers(mark)).toEqual([]);
});
