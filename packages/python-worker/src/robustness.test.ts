/**
 * What can be done to the kernel from inside: whatever is run, there is a correct result, and the next
 * command works and finds variables, functions and the working directory as they were.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionManager } from '@holdfast/core';
import { afterAll, describe, expect, it } from 'vitest';
import { python } from './index.ts';
import { type RobustnessRow, robustnessTable } from './testing/robustness-table.ts';

const manager = createSessionManager({ languages: [python()] });
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-robustness-')));

afterAll(async () => {
  await manager[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

for (const [title, rows] of Object.entries(robustnessTable)) {
  describe(title, () => {
    for (const row of rows) it(row.name, () => check(row), 30_000);
  });
}

const check = async ({ name, steps, undo, loses }: RobustnessRow): Promise<void> => {
  const session = manager.getOrCreateSession(name, { language: 'python', cwd: folder });
  try {
    await session.exec('kept = [41]\ndef keeper(): return kept[0] + 1');
    for (const { code, expect: wanted, contains = {}, options } of steps) {
      const result = await session.exec(code, options);
      expect(result).toMatchObject(wanted ?? { exitCode: 0, stderr: '' });
      if (contains.stderr) expect(result.stderr).toContain(contains.stderr);
      if (contains.error) expect(result.error?.traceback).toContain(contains.error);
      expect(result.stateLost !== undefined).toBe(loses ?? false);
    }
    // What is asked of every session, whatever was done to it.
    expect((await session.state()).working_dir).toBe(folder);
    if (undo) await session.exec(undo);
    const alive = await session.exec('print("alive", globals().get("keeper", lambda: "lost")())');
    expect(alive).toMatchObject({ stdout: loses ? 'alive lost\n' : 'alive 42\n', stderr: '', exitCode: 0 });
  } finally {
    await session.terminate();
  }
};
