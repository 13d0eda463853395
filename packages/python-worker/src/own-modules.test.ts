/** Files of the user's that are named as modules of the library which the kernel uses. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionManager } from '@holdfast/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { python } from './index.ts';

const manager = createSessionManager({ languages: [python()] });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-modules-'));
const names = ['json', 'linecache', 'textwrap', 'token', 'tokenize', 'traceback'];

beforeAll(() => {
  for (const name of names)
    writeFileSync(join(folder, `${name}.py`), `print("${name} runs")\nmine = "${name}"\n`);
});
afterAll(async () => {
  await manager[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const fails = 'def fail(): return 1 / 0\nfail()';
const shows =
  'class Rich:\n    def _repr_png_(self): return b"x"\n    def _repr_json_(self): return [1]\nRich()';
const leavesThread =
  'import threading\ngo = threading.Event()\nthread = threading.Thread(target=go.wait)\nthread.start()';

it('are not run by the kernel, and are found by the user afterwards', async () => {
  const session = manager.getOrCreateSession('afterwards', { language: 'python', cwd: folder });
  const failed = await session.exec(fails);
  expect(failed.stdout).toBe('');
  expect(failed.stderr).toContain('in fail\n    def fail(): return 1 / 0');
  expect(await session.exec(shows)).toMatchObject({
    stdout: '',
    result: { data: { 'image/png': 'eA==', 'application/json': '[1]' } },
  });
  expect(await session.exec(leavesThread)).toMatchObject({ stdout: '', success: true });
  expect((await session.exec('go.set(); thread.join(); print("joined")')).stdout).toBe('joined\n');
  for (const name of names) {
    expect((await session.exec(`import ${name}; print(${name}.mine)`)).stdout).toBe(
      `${name} runs\n${name}\n`,
    );
  }
});

it('are not asked by the kernel where the user has imported them before', async () => {
  const session = manager.getOrCreateSession('before', { language: 'python', cwd: folder });
  await session.exec(`import ${names.join(', ')}`);
  expect((await session.exec(fails)).stderr).toContain('in fail\n    def fail(): return 1 / 0');
  expect((await session.exec(shows)).result?.data).toEqual({
    'image/png': 'eA==',
    'application/json': '[1]',
  });
  const { stdout } = await session.exec(`print(${names.map((name) => `${name}.mine`).join()})`);
  // What was only imported may run as late as here.
  expect(stdout.split('\n').at(-2)).toBe(names.join(' '));
});
