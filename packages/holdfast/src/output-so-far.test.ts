/** What a command has written while it still runs, for who did not start it or does not read along. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createSessionManager } from './index.ts';
import { until } from './testing/processes.ts';

const cwd = mkdtempSync(join(tmpdir(), 'so-far-'));
const manager = createSessionManager();
afterAll(async () => {
  await manager[Symbol.asyncDispose]();
  rmSync(cwd, { recursive: true, force: true });
});

it.each([
  [
    'is all that it has written',
    'printf caf; echo err >&2',
    { stdout: 'caf', stderr: 'err\n', omittedBytes: 0 },
  ],
  ['has no half of a character', "printf 'caf\\303'", { stdout: 'caf', stderr: '', omittedBytes: 0 }],
  ['is head and tail', 'printf 0123456789abcdef', { stdout: '01234bcdef', stderr: '', omittedBytes: 6 }],
])('%s', async (name, code, soFar) => {
  const session = manager.getOrCreateSession(name, { cwd, maxOutputBytes: 10 });
  await session.exec('rm -f written gate; mkfifo gate');
  const running = session.exec(`${code}; : > written; read -r < gate`, { timeoutMs: 0 });
  const waiting = session.exec('true');
  // It is told by a file: nobody reads the output before it is asked for.
  expect(await until(() => existsSync(join(cwd, 'written')), 20_000)).toBe(true);
  expect(await session.getCommand(running.id)).toEqual({
    id: running.id,
    language: 'bash',
    code: expect.stringContaining(code),
    status: 'running',
    outputSoFar: soFar,
    lateOutput: { stdout: '', stderr: '', omittedBytes: 0, open: false },
  });
  expect(await session.getCommand(waiting.id)).not.toHaveProperty('outputSoFar');
  writeFileSync(join(cwd, 'gate'), 'go\n');
  const { stdout } = await running;
  const record = await session.getCommand(running.id);
  expect(record).toMatchObject({ status: 'finished', output: { stdout } });
  expect(record).not.toHaveProperty('outputSoFar');
});
