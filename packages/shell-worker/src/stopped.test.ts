/** A bash that is stopped between two commands is interrupted before the next one has begun: nothing of it is lost. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSessionManager } from '@holdfast/core';
import { withSession } from '@holdfast/core/testing';
import type { RuntimeSession } from '@holdfast/protocol';
import { afterAll, expect, it } from 'vitest';
import { bash } from './index.ts';
import { stop } from './testing/signals.ts';

const manager = createSessionManager({ languages: [bash()] });
afterAll(() => manager[Symbol.asyncDispose]());

const stopKernel = async (session: RuntimeSession): Promise<void> =>
  stop(Number((await session.state()).env_vars.KERNEL));

const codes: Record<string, string> = {
  'a plain command': 'n=1; echo never',
  'a command that is run with care': 'set -f; n=1; echo never',
  'a long command': `n=1; : ${'x'.repeat(200_000)}`,
};

for (const [name, code] of Object.entries(codes)) {
  it(`${name}: the next ones print where they should`, () =>
    withSession(manager, {}, async (session) => {
      await session.exec('export KERNEL=$$; kept=value');
      for (let round = 0; round < 3; round += 1) {
        await stopKernel(session);
        const unrun = await session.exec(code, { timeoutMs: 100 });
        expect([unrun.stdout, unrun.timedOut, unrun.epoch]).toEqual(['', true, 1]);
        const next = await session.exec('echo "$kept ${n-unset}"; echo error >&2');
        expect([next.stdout, next.stderr]).toEqual(['value unset\n', 'error\n']);
      }
    }));
}

it('keeps descriptors where the user has pointed them', () =>
  withSession(manager, {}, async (session, folder) => {
    await session.exec('export KERNEL=$$; exec 3>&1 >file');
    await stopKernel(session);
    expect((await session.exec('echo never', { timeoutMs: 100 })).timedOut).toBe(true);
    expect((await session.exec('echo to the file')).stdout).toBe('');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('to the file\n');
  }));
