/** What only dash and zsh have to take care of. */
import { createSessionManager } from '@holdfast/core';
import { withSession } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { bash } from './index.ts';

const missing = process.env.HOLDFAST_MISSING?.split(',') ?? [];

describe.skipIf(missing.includes('zsh'))('zsh', () => {
  const manager = createSessionManager({ languages: [bash({ program: 'zsh' })] });
  afterAll(() => manager[Symbol.asyncDispose]());

  const ends: Record<string, string> = {
    exits: 'f() { local kept=2; exit 6; }; f',
    'exits with a trap': "trap 'echo bye' EXIT; f() { exit 6; }; f",
    'is ended by SIGTERM': 'f() { kill -TERM $$; sleep 30; }; f',
    'is stopped in a loop': 'f() { while :; do :; done; }; f',
    'is stopped with a program': 'f() { sleep 30; }; f',
  };
  for (const [name, code] of Object.entries(ends)) {
    it(`keeps its state where a function ${name}`, () =>
      withSession(manager, {}, async (session) => {
        await session.exec('kept=value; g() { echo "$kept $$"; }');
        const { stdout } = await session.exec('g');
        const ended = await session.exec(code, name.startsWith('is stopped') ? { timeoutMs: 500 } : {});
        expect(ended).toMatchObject({ exited: true, epoch: 1 });
        expect((await session.exec('g')).stdout).toBe(stdout);
      }));
  }
});

for (const shell of ['dash', 'zsh']) {
  it.skipIf(missing.includes(shell))(`${shell} shows nothing of the kernel in a trace`, async () => {
    const manager = createSessionManager({ languages: [bash({ program: shell })] });
    await withSession(manager, {}, async (session) => {
      const trace = async (code: string): Promise<string> =>
        (await session.exec(code)).stderr.replaceAll(/^\+(?:\(eval\):\d+>)? /gm, '+ ');
      await session.exec('set -x');
      expect(await trace('echo a; false')).toBe('+ echo a\n+ false\n');
      expect(await trace('echo $?')).toBe('+ echo 1\n');
      // What can not be parsed turns nothing on: it is on all the same for the next command.
      await session.exec('echo "');
      expect(await trace('echo a')).toBe('+ echo a\n');
      if (shell === 'dash') expect(await trace('exit 3')).toBe('+ exit 3\n');
      expect(await trace('set +x')).toBe('+ set +x\n');
      expect(await trace('echo a')).toBe('');
    });
    await manager[Symbol.asyncDispose]();
  });
}
