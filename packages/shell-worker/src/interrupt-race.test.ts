/** An interrupt that comes as a command ends is for that command alone: the ones behind it give their true results. */
import { createSessionManager } from '@holdfast/core';
import { withSession } from '@holdfast/core/testing';
import type { Execution } from '@holdfast/protocol';
import { afterAll, expect, it } from 'vitest';
import { bash } from './index.ts';

const manager = createSessionManager({ languages: [bash()] });
afterAll(() => manager[Symbol.asyncDispose]());

/** From well before the command's end to well after the next one's begin. */
const momentsMs = Array.from({ length: 96 }, (_, round) => 10 + (round % 24) * 0.2);

const rows: Record<string, { setup: string; code: string; next: string; last: string }> = {
  'a plain command': { setup: '', code: 'sleep 0.01', next: 'echo one', last: 'echo "two $kept"' },
  'a command that is run with care': {
    setup:
      'set -e; set -o pipefail; shopt -s expand_aliases; alias hi="echo one"; trap "n=1" DEBUG; trap "echo bye" EXIT',
    code: 'set +f; sleep 0.01; set +f',
    next: 'hi',
    last: '[[ $- == e* && -o pipefail ]]; echo "two $kept"',
  },
  'a command with a context of its own': {
    setup: 'laid=before',
    code: 'sleep 0.01',
    next: 'echo one',
    last: 'echo "two $kept"',
  },
};

for (const [name, { setup, code, next, last }] of Object.entries(rows)) {
  it(
    `${name}: interrupted at its end`,
    () =>
      withSession(manager, {}, async (session) => {
        await session.exec('kept=value');
        await session.exec(setup);
        const context = name.endsWith('own') ? { env: { laid: 'over' }, cwd: '/' } : {};
        for (const momentMs of momentsMs) {
          const run = session.exec(code, { timeoutMs: 0, ...context });
          const behind = [session.exec(next, context), session.exec(last)];
          await interruptAt(run, momentMs);
          const [one, two] = await Promise.all(behind);
          expect([one?.stdout, one?.exitCode, one?.exited, one?.stateLost]).toEqual([
            'one\n',
            0,
            false,
            undefined,
          ]);
          expect([two?.stdout, two?.exitCode, two?.exited, two?.epoch]).toEqual(['two value\n', 0, false, 1]);
          expect((await run).stateLost).toBe(undefined);
        }
      }),
    60_000,
  );
}

/** Timers are too coarse for it. */
const interruptAt = async (run: Execution, momentMs: number): Promise<void> => {
  const due = performance.now() + momentMs;
  while (performance.now() < due) await new Promise(setImmediate);
  await run.interrupt();
};
