/** The actions and methods that the runtime tools before Holdfast had: all of them, on real languages. */
import { afterAll, describe, expect, it } from 'vitest';
import { createSessionManager, globalRuntimeManager } from './index.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

describe('runtime session', () => {
  it('exec: stdout, stderr, exitCode, success', async () => {
    const session = manager.getOrCreateSession('exec');
    expect(await session.exec('echo out; echo err >&2; (exit 4)')).toMatchObject({
      stdout: 'out\n',
      stderr: 'err\n',
      exitCode: 4,
      success: false,
      language: 'bash',
      timedOut: false,
      interrupted: false,
      exited: false,
      epoch: 1,
    });
    expect(await session.exec({ command: 'print(6 * 7)', language: 'python' })).toMatchObject({
      stdout: '42\n',
      success: true,
    });
    expect(await session.exec('console.log([1, 2])', { language: 'node' })).toMatchObject({
      stdout: '[ 1, 2 ]\n',
    });
  });

  it('eval: the value of the last expression, Python unless told otherwise', async () => {
    const session = manager.getOrCreateSession('eval');
    expect(await session.eval('1 + 1')).toMatchObject({
      language: 'python',
      stdout: '',
      result: { text: '2' },
    });
    expect(await session.eval('({ a: 1 })', { language: 'node' })).toMatchObject({
      result: { text: '{ a: 1 }' },
    });
    expect(await session.eval('1 / 0')).toMatchObject({
      success: false,
      error: { name: 'ZeroDivisionError' },
    });
    await expect(session.eval('1 + 1', { language: 'bash' })).rejects.toMatchObject({
      code: 'INVALID_COMMAND',
    });
  });

  it('state: environment, functions, aliases, imports, variables, directory, jobs, history, epoch', async () => {
    const session = manager.getOrCreateSession('state', { cwd: '/usr', env: { TOKEN_NAME: 'a b' } });
    await session.exec('greet() { echo hi; }; alias ll="ls -l"; plain=1; sleep 300 &');
    const state = await session.state();
    expect(state).toMatchObject({
      status: 'idle',
      language: 'bash',
      working_dir: '/usr',
      functions: ['greet'],
      aliases: { ll: 'ls -l' },
      epoch: 1,
    });
    expect(state.env_vars.TOKEN_NAME).toBe('a b');
    expect(state.variables.map(({ name }) => name)).toContain('plain');
    expect(state.jobs.map(({ command }) => command)).toEqual([expect.stringContaining('sleep 300')]);
    expect(state.history.map(({ command, exitCode }) => [command.slice(0, 5), exitCode])).toEqual([
      ['greet', 0],
    ]);

    await session.exec('import math as m, json\ndef area(r): return m.pi * r\nsize = [1, 2]', {
      language: 'python',
    });
    const python = await session.state('python');
    expect(python.imports).toEqual({ m: 'math', json: 'json' });
    expect(python.functions).toEqual(['area']);
    expect(python.variables.find(({ name }) => name === 'size')).toMatchObject({ type: 'list' });
    expect(await session.state('node')).toMatchObject({ language: 'node', epoch: 0, variables: [] });
  });

  it('history: times, durations, limit', async () => {
    const session = manager.getOrCreateSession('history');
    await session.exec('sleep 0.05');
    await session.exec('false');
    const history = await session.getHistory();
    expect(history).toHaveLength(2);
    const [first, second] = history;
    expect(first?.durationMs).toBeGreaterThanOrEqual(50);
    expect(Date.parse(first?.finishedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.startedAt ?? ''));
    expect(second).toMatchObject({ command: 'false', exitCode: 1, success: false });
    expect(await session.getHistory(1)).toEqual([second]);
  });

  it('reset: gone, and ready again', async () => {
    const session = manager.getOrCreateSession('reset');
    await session.exec('x=1; cd /usr');
    await session.exec('y = 1', { language: 'python' });
    await session.reset();
    expect((await session.exec('echo "[$x]$PWD"')).stdout).toBe(`[]${process.cwd()}\n`);
    expect((await session.exec('print("y" in globals())', { language: 'python' })).stdout).toBe('False\n');
  });

  it('terminate: over, and known to be', async () => {
    const session = manager.getOrCreateSession('terminate');
    const before = session.getLastActivityTime();
    await session.exec('true');
    expect(session.getLastActivityTime().getTime()).toBeGreaterThanOrEqual(before.getTime());
    await session.terminate();
    expect([session.isAlive(), session.status]).toEqual([false, 'terminated']);
    await expect(session.exec('true')).rejects.toMatchObject({ code: 'SESSION_TERMINATED' });
  });
});

describe('runtime session manager', () => {
  it('maps workspaces to sessions', async () => {
    const own = createSessionManager();
    const one = own.getOrCreateSession('one');
    const two = own.getOrCreateSession('two');
    expect(own.getOrCreateSession('one')).toBe(one);
    expect(own.getSession('two')).toBe(two);
    expect(own.getSession('three')).toBeNull();
    expect([own.getSessionCount(), own.getActiveSessions()]).toEqual([2, [one, two]]);
    await one.exec('secret=1');
    expect((await two.exec('echo "[$secret]"')).stdout).toBe('[]\n');
    expect(await own.terminateSession('one')).toBe(true);
    expect(await own.terminateSession('one')).toBe(false);
    await own.terminateAll();
    expect(own.getSessionCount()).toBe(0);
    await own[Symbol.asyncDispose]();
  });

  it('has a global one that starts nothing until it is used', async () => {
    expect(globalRuntimeManager.getSessionCount()).toBe(0);
    const session = globalRuntimeManager.getOrCreateSession('global');
    expect((await session.exec('echo here')).stdout).toBe('here\n');
    await globalRuntimeManager[Symbol.asyncDispose]();
  });
});
