/** A session is a script that takes its time: the same steps print and end as they do in plain Node. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionManager } from '@holdfast/core';
import { afterAll, describe, expect, it } from 'vitest';
import { node } from './index.ts';
import { type Script, scripts } from './testing/scripts.ts';

interface Ending {
  stdout: string;
  stderr: string[];
  exitCode: number | null;
}

const manager = createSessionManager({ languages: [node()] });
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-differential-')));
afterAll(async () => {
  await manager.terminateAll();
  rmSync(folder, { recursive: true, force: true });
});

describe('as in plain Node', () => {
  for (const script of scripts) {
    it(script.name, async () => {
      expect(await runInSession(script)).toEqual(runPlain(script));
    });
  }
});

const runInSession = async ({ name, steps }: Script): Promise<Ending> => {
  const session = manager.getOrCreateSession(name, { cwd: folder, language: 'node' });
  const whole: Ending = { stdout: '', stderr: [], exitCode: 0 };
  for (const step of steps) {
    const { stdout, stderr, exitCode } = await session.exec(step);
    whole.stdout += stdout;
    whole.stderr.push(...withoutPositions(stderr));
    whole.exitCode = exitCode;
  }
  expect((await session.exec('1 + 1')).result?.text).toBe('2');
  await session.terminate();
  return whole;
};

const runPlain = ({ steps, isModule }: Script): Ending => {
  const file = join(folder, isModule ? 'script.mjs' : 'script.cjs');
  writeFileSync(file, steps.join('\n'));
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  return { stdout, stderr: withoutPositions(stderr), exitCode: status };
};

/** What is said, without where: no frames, source lines, carets, and what Node adds to them. */
const withoutPositions = (stderr: string): string[] =>
  stderr
    .replaceAll(/^(?:\[command \d+\]|file:\/\/.*|\/.*|node:[\w/]+):\d+\n(?:.*\n)?\s*\^*\n/gm, '')
    .replaceAll(/^Uncaught '(.*)'$/gm, '$1')
    .replaceAll(/^Uncaught /gm, '')
    .replaceAll(/ \(\d+:\d+\)| imported from .*$/gm, '')
    .split('\n')
    .filter((line) => !/^\s*at |^\s*\.\.\. \d+ lines|^Node\.js v|^\(Use `node |^\s*$/.test(line))
    // A frame may have been the last line before an error's own properties.
    .map((line) => line.trimEnd());
