import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createSessionManager, type RuntimeSession, type SessionEvent } from './index.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

/** Processes whose environment carries the text, counted from /proc. */
const carriers = (text: string): string[] =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').includes(text);
    } catch {
      return false;
    }
  });

const until = async (holds: () => boolean, withinMs: number): Promise<number> => {
  const startedAt = performance.now();
  while (!holds() && performance.now() - startedAt < withinMs) await delay(20);
  return performance.now() - startedAt;
};

const collect = (session: RuntimeSession): SessionEvent[] => {
  const events: SessionEvent[] = [];
  session.subscribe((event) => events.push(event));
  return events;
};

describe('the host is killed', () => {
  it('leaves no process and no folder after two seconds', async () => {
    const script = fileURLToPath(new URL('./testing/host-that-dies.mjs', import.meta.url));
    const TMPDIR = mkdtempSync(join(tmpdir(), 'faults-'));
    const host = spawn(process.execPath, [script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR },
    });
    const hostId = await new Promise<string>((resolve) =>
      host.stdout.once('data', (data) => resolve(String(data).trim())),
    );
    expect(readdirSync(TMPDIR)).toHaveLength(1);
    expect(carriers(`HOLDFAST_SESSION=${hostId}`).length).toBeGreaterThanOrEqual(9);
    host.kill('SIGKILL');
    const took = await until(() => carriers(`HOLDFAST_SESSION=${hostId}`).length === 0, 2_000);
    expect(carriers(`HOLDFAST_SESSION=${hostId}`)).toEqual([]);
    expect(took).toBeLessThan(2_000);
    await until(() => readdirSync(TMPDIR).length === 0, 2_000);
    expect(readdirSync(TMPDIR)).toEqual([]);
    rmSync(TMPDIR, { recursive: true });
  });
});

describe('a kernel is killed', () => {
  it('fifty times in a row, idle and busy, and the session goes on', async () => {
    const session = manager.getOrCreateSession('killed');
    for (let round = 1; round <= 25; round += 1) {
      const busy = await session.exec('echo words; kill -KILL $BASHPID');
      expect([busy.stdout, busy.signal, busy.epoch]).toEqual(['words\n', 'SIGKILL', 2 * round]);
      const { stdout } = await session.exec('echo $$');
      const died = new Promise<void>((resolve) => {
        const stop = session.subscribe((event) => {
          if (event.type !== 'kernel-died') return;
          stop();
          resolve();
        });
      });
      process.kill(Number(stdout), 'SIGKILL');
      await died;
      const next = await session.exec('echo on');
      expect([next.stdout, next.epoch, next.stateLost?.language]).toEqual(['on\n', 2 * round + 1, 'bash']);
    }
  });
});

describe('the session thread dies', () => {
  it('of a full heap: every command is answered, the kernels end, the next session works', async () => {
    const own = createSessionManager({ maxThreadHeapMb: 32 });
    const session = own.getOrCreateSession('heap');
    const events = collect(session);
    await session.exec('setsid sleep 4300 &');
    const { env_vars } = await session.state();
    const running = session.exec('sleep 4301', { timeoutMs: 0 });
    // The queue lives in the thread: 200 MB of commands do not fit.
    const queued = Array.from({ length: 200 }, () => session.exec(`: ${'x'.repeat(1_000_000)}`));
    const answers = await Promise.allSettled([running, ...queued]);
    expect(new Set(answers.map((answer) => answer.status === 'rejected' && answer.reason.code))).toEqual(
      new Set(['THREAD_DIED']),
    );
    expect(events.at(-1)).toMatchObject({ type: 'session-terminated', reason: 'thread-died' });
    expect(session.isAlive()).toBe(false);
    expect(carriers(env_vars.HOLDFAST_SESSION ?? 'none')).toEqual([]);
    expect((await own.getOrCreateSession('heap').exec('echo anew')).stdout).toBe('anew\n');
    await own[Symbol.asyncDispose]();
  });
});

it('leaves nothing behind when a manager is closed', async () => {
  const own = createSessionManager();
  const session = own.getOrCreateSession('tidy');
  await session.exec('sleep 4200 & setsid sleep 4201 &');
  const { env_vars } = await session.state();
  const marker = env_vars.HOLDFAST_SESSION ?? 'none';
  expect(carriers(marker).length).toBeGreaterThanOrEqual(3);
  await own[Symbol.asyncDispose]();
  expect(carriers(marker)).toEqual([]);
});
