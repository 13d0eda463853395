/** A directory and variables for one command alone, in each shell: nothing of them stays, and nothing is lost by them. */
import { createSessionManager } from '@holdfast/core';
import { withSession } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { bash } from './index.ts';

const missing = process.env.HOLDFAST_MISSING?.split(',') ?? [];

for (const shell of ['bash', 'dash', 'zsh']) {
  describe.skipIf(missing.includes(shell))(`one command's own context in ${shell}`, () => {
    const manager = createSessionManager({ languages: [bash({ program: shell })] });
    afterAll(() => manager[Symbol.asyncDispose]());

    it('gives back variables that were not exported, and leaves readonly ones alone', () =>
      withSession(manager, {}, async (session) => {
        await session.exec('plain=1; readonly fixed=1');
        const env = { plain: '2', fixed: '2' };
        expect((await session.exec('echo "$plain $fixed"', { env })).stdout).toBe('2 1\n');
        expect((await session.exec('echo "$plain $fixed"')).stdout).toBe('1 1\n');
        expect((await session.exec("sh -c 'echo [$plain]'")).stdout).toBe('[]\n');
      }));

    it('takes the directory back when the command exits', () =>
      withSession(manager, {}, async (session, folder) => {
        expect((await session.exec('pwd; exit 3', { cwd: '/usr' })).stdout).toBe('/usr\n');
        expect((await session.exec('pwd')).stdout).toBe(`${folder}\n`);
      }));

    it('runs nothing where there is no such directory, also with set -e', () =>
      withSession(manager, {}, async (session, folder) => {
        const options = { cwd: '/nonexistent/zz' };
        for (const code of ['kept=value', 'set -e']) {
          await session.exec(code);
          const { stdout, stderr, exitCode } = await session.exec('echo never', options);
          expect([stdout, exitCode]).toEqual(['', shell === 'dash' ? 2 : 1]);
          expect(stderr).toContain('/nonexistent/zz');
          expect((await session.exec('echo $kept; pwd')).stdout).toBe(`value\n${folder}\n`);
        }
      }));
  });
}
