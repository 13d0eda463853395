/** The host process dies, or closes its manager: nothing of its sessions is left. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSessionManager } from '../index.ts';
import { carriers, markOf, until } from '../testing/processes.ts';
import { pathOf } from '../testing/run-host.ts';

it('SIGKILL to the host: no process, setsid’ed or not, and no folder is left after two seconds', async () => {
  const TMPDIR = mkdtempSync(join(tmpdir(), 'faults-'));
  const host = spawn(process.execPath, [pathOf('host-that-dies.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR },
  });
  const hostId = await new Promise<string>((resolve) =>
    host.stdout.once('data', (data) => resolve(String(data).trim())),
  );
  const mark = `HOLDFAST_SESSION=${hostId}`;
  const [folder = ''] = readdirSync(TMPDIR);
  expect(readdirSync(TMPDIR)).toEqual([folder]);
  // For the names of pipes, on a machine that has a place for it.
  const pipes = join('/dev/shm', folder);
  expect(existsSync(pipes)).toBe(existsSync('/dev/shm'));
  expect(await until(() => carriers(mark).length >= 9, 20_000)).toBe(true);
  host.kill('SIGKILL');
  // The two seconds are those of a machine that runs: on one that stalls, a limit as short would measure the stall.
  // That nothing is left has to hold there too.
  await until(() => carriers(mark).length === 0, 20_000);
  expect(carriers(mark)).toEqual([]);
  await until(() => readdirSync(TMPDIR).length === 0, 20_000);
  expect(readdirSync(TMPDIR)).toEqual([]);
  expect(existsSync(pipes)).toBe(false);
  rmSync(TMPDIR, { recursive: true });
});

it('a manager that is closed leaves nothing behind', async () => {
  const own = createSessionManager();
  const session = own.getOrCreateSession('tidy');
  await session.exec('sleep 4200 & setsid sleep 4201 &');
  const mark = await markOf(session);
  expect(await until(() => carriers(mark).length >= 3, 20_000)).toBe(true);
  await own[Symbol.asyncDispose]();
  expect(carriers(mark)).toEqual([]);
});
