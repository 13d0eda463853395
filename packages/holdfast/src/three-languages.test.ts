import { mixedCases, runConformanceCase } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { createSessionManager } from './index.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

describe('one session, three languages', () => {
  it('directory and environment follow the user, and come back', async () => {
    const session = manager.getOrCreateSession('follow', { cwd: '/' });
    await session.exec('cd /usr; export A="from bash"; unexported=1');
    expect(
      await session.exec('import os\nprint(os.getcwd(), os.environ["A"], os.environ.get("unexported"))', {
        language: 'python',
      }),
    ).toMatchObject({ stdout: '/usr from bash None\n' });
    await session.exec('os.chdir("/etc")\nos.environ["B"] = "line 1\\nline 2"\ndel os.environ["A"]', {
      language: 'python',
    });
    expect(
      await session.exec('console.log(process.cwd(), JSON.stringify(process.env.B), process.env.A)', {
        language: 'node',
      }),
    ).toMatchObject({ stdout: '/etc "line 1\\nline 2" undefined\n' });
    await session.exec('process.env.C = "from node"; process.chdir("/bin")', { language: 'node' });
    expect((await session.exec('echo "$PWD|$B|${A-unset}|$C|$unexported"')).stdout).toMatch(
      /^\/(usr\/)?bin\|line 1\nline 2\|unset\|from node\|1\n$/,
    );
  });

  it('are kept apart where the session says so', async () => {
    const session = manager.getOrCreateSession('apart', { cwd: '/', share: { cwd: false, env: false } });
    await session.exec('cd /usr; export A=1');
    expect(
      (await session.exec('import os; print(os.getcwd(), os.environ.get("A"))', { language: 'python' }))
        .stdout,
    ).toBe('/ None\n');
    const half = manager.getOrCreateSession('half', { cwd: '/', share: { cwd: false } });
    await half.exec('cd /usr; export A=1');
    expect(
      (await half.exec('import os; print(os.getcwd(), os.environ.get("A"))', { language: 'python' })).stdout,
    ).toBe('/ 1\n');
  });

  for (const scenario of mixedCases()) {
    it(`case ${scenario.id}`, async () => {
      expect(await runConformanceCase(scenario, manager)).toEqual([]);
    });
  }
});
