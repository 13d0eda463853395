/** An interrupt that comes as a command ends is for that command alone: the ones behind it give their true results. */
import { createSessionManager } from '@holdfast/core';
import { withSession } from '@holdfast/core/testing';
import type { Execution } from '@holdfast/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { bash } from './index.ts';

const manager = createSessionManager({ languages: [bash()] });
afterAll(() => manager[Symbol.asyncDispose]());

/** From well before the command's end to well after the next one's begin. */
const momentsMs = Array.from({ length: 96 }, (_, round) => 10 + (round % 24) * 0.2);

interface Row {
  setup: string;
  code: string;
  /** It prints `one`. */
  next: string;
  options?: { cwd: string; env: Record<string, string> };
  /** Ends what comes last where state is not as it was. */
  check?: string;
}

const rows: Record<string, Row> = {
  'a plain command': { setup: 'kept=value', code: 'sleep 0.01', next: 'echo one' },
  'a command with a context of its own': {
    setup: 'kept=value; export laid=before',
    code: 'sleep 0.01',
    next: 'echo one',
    options: { cwd: '/', env: { laid: 'over' } },
    check: '[ "$laid" = before ] && ',
  },
};

const bashRows: Record<string, Row> = {
  ...rows,
  'a command that is run with care': {
    setup:
      'kept=value; set -e; set -o pipefail; shopt -s expand_aliases; alias hi="echo one"; trap "n=1" DEBUG; trap "echo bye" EXIT',
    code: 'set +f; sleep 0.01; set +f',
    next: 'hi',
    check: '[[ $- == *e* && -o pipefail ]] && ',
  },
};

const race = (shell: string, { setup, code, next, options, check = '' }: Row): Promise<void> =>
  withSession(manager, { shell }, async (session) => {
    await session.exec(setup);
    for (const momentMs of momentsMs) {
      const run = session.exec(code, { timeoutMs: 0, ...options });
      const behind = [session.exec(next, options), session.exec(`${check}echo "two $kept"`)];
      await interruptAt(run, momentMs);
      const [one, two] = await Promise.all(behind);
      expect(one).toMatchObject({ stdout: 'one\n', exitCode: 0, exited: false, epoch: 1 });
      expect(two).toMatchObject({ stdout: 'two value\n', exitCode: 0, exited: false, epoch: 1 });
    }
  });

/** Timers are too coarse for it. */
const interruptAt = async (run: Execution, momentMs: number): Promise<void> => {
  const due = performance.now() + momentMs;
  while (performance.now() < due) await new Promise(setImmediate);
  await run.interrupt();
};

const missing = process.env.HOLDFAST_MISSING?.split(',') ?? [];

for (const [shell, table] of Object.entries({ bash: bashRows, dash: rows, zsh: rows })) {
  describe.skipIf(missing.includes(shell))(`interrupted at its end, ${shell}`, () => {
    for (const [name, row] of Object.entries(table)) it(name, () => race(shell, row), 60_000);
  });
}
