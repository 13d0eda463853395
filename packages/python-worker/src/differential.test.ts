/** A session, command by command, against one plain `python3 script`: same output, errors and exit code. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionManager } from '@holdfast/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { python } from './index.ts';
import { type DifferentialScript, differentialCorpus } from './testing/differential-corpus.ts';
import { forkScripts } from './testing/differential-forks.ts';
import { stackScripts } from './testing/differential-stack.ts';

interface Outcome {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

const manager = createSessionManager({ languages: [python()], maxSessions: 4 });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-differential-'));
// Not the shim: its own environment would show.
const program = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).trim();
let env: Record<string, string> = {};

beforeAll(async () => {
  const session = manager.getOrCreateSession('environment', { language: 'python' });
  env = (await session.state()).env_vars;
  await session.terminate();
});

afterAll(async () => {
  await manager.terminateAll();
  rmSync(folder, { recursive: true });
});

for (const [index, script] of [...differentialCorpus, ...forkScripts, ...stackScripts].entries()) {
  it(script.name, async () => {
    const asCommands = await runAsCommands(script, mkdtempSync(join(folder, `${index}-`)));
    const asScript = runAsScript(script, mkdtempSync(join(folder, `${index}-`)));
    if (script.stderrDiffers) expect(asCommands.stderr).not.toBe(asScript.stderr);
    expect(asCommands).toEqual(script.stderrDiffers ? { ...asScript, stderr: asCommands.stderr } : asScript);
  });
}

const runAsCommands = async ({ name, steps, stdin }: DifferentialScript, cwd: string): Promise<Outcome> => {
  const session = manager.getOrCreateSession(name, { language: 'python', cwd });
  const outcome: Outcome = { stdout: '', stderr: '', exitCode: 0 };
  for (const step of steps) {
    const { stdout, stderr, exitCode } = await session.exec(step, stdin === undefined ? {} : { stdin });
    outcome.stdout += withoutPositions(stdout);
    outcome.stderr += withoutPositions(stderr);
    outcome.exitCode = exitCode;
  }
  await session.terminate();
  return outcome;
};

const runAsScript = ({ steps, stdin = '' }: DifferentialScript, cwd: string): Outcome => {
  writeFileSync(join(cwd, 'script.py'), `${steps.join('\n')}\n`);
  const { stdout, stderr, status, signal } = spawnSync(program, ['script.py'], {
    cwd,
    env,
    input: stdin,
    encoding: 'utf8',
  });
  // An interrupted script dies of the signal, which shells tell as 130.
  return {
    stdout: withoutPositions(stdout),
    stderr: withoutPositions(stderr),
    exitCode: signal === 'SIGINT' ? 130 : status,
  };
};

/** Files, line numbers, and addresses in memory. */
const withoutPositions = (text: string): string =>
  text
    .replaceAll(/File "[^"]*(?:script\.py|<command \d+>)", line \d+/g, 'File "…", line …')
    .replaceAll(/\S*(?:script\.py|<command \d+>)\(\d+\)/g, '…')
    .replaceAll(/^.*(?:script\.py|<command \d+>):\d+:/gm, '…:')
    .replaceAll(/\^+/g, '^')
    .replaceAll(/0x[0-9a-f]+/g, '0x…');
