import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuntimeSession, RuntimeSessionManager, SessionEvent } from '@holdfast/protocol';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { fakeLanguage } from '../testing/fake-driver.ts';
import { createSessionManager } from './session-manager.ts';

let manager: RuntimeSessionManager;

beforeEach(() => {
  manager = createSessionManager({ languages: [fakeLanguage()] });
});
afterEach(() => manager[Symbol.asyncDispose]());

const nextEvent = <Type extends SessionEvent['type']>(session: RuntimeSession, type: Type) =>
  new Promise<Extract<SessionEvent, { type: Type }>>((resolve) => {
    const stop = session.subscribe((event) => {
      if (event.type !== type) return;
      stop();
      resolve(event as Extract<SessionEvent, { type: Type }>);
    });
  });

describe('manager', () => {
  it('keeps one session a workspace, and makes a new one when that has ended', async () => {
    const first = manager.getOrCreateSession('a');
    expect(first.status).toBe('spawning');
    expect(manager.getOrCreateSession('a')).toBe(first);
    expect(manager.getSession('a')).toBe(first);
    expect(manager.getSession('b')).toBeNull();
    await first.exec('set x 1');
    await manager.terminateSession('a');
    expect(first.isAlive()).toBe(false);
    const second = manager.getOrCreateSession('a');
    expect(second).not.toBe(first);
    expect((await second.exec('get x')).stdout).toBe('\n');
    expect(manager.getActiveSessions()).toEqual([second]);
    expect(manager.getSessionCount()).toBe(1);
    expect(await manager.terminateSession('nobody')).toBe(false);
  });

  it('starts nothing before the first session', () => {
    expect(manager.getSessionCount()).toBe(0);
    expect(manager.getActiveSessions()).toEqual([]);
  });

  it('refuses what it can not do, and says why', async () => {
    const small = createSessionManager({ languages: [fakeLanguage()], maxSessions: 1 });
    small.getOrCreateSession('a');
    expect(() => small.getOrCreateSession('b')).toThrow(expect.objectContaining({ code: 'SESSION_LIMIT' }));
    await small[Symbol.asyncDispose]();
    expect(() => small.getOrCreateSession('a')).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }));
    expect(() => manager.getOrCreateSession('c', { timeoutMs: -1, cwd: '' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringMatching(/cwd: .*; timeoutMs: |timeoutMs: .*; cwd: /s),
      }),
    );
    expect(() => manager.getOrCreateSession('d', { language: 'node' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringContaining('(bash)') }),
    );
    expect(() => createSessionManager({ languages: [fakeLanguage()], maxSessions: 0 })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS' }),
    );
  });

  it('tells what happens in its sessions', async () => {
    const seen: string[] = [];
    manager.subscribe((event) =>
      seen.push(event.type === 'transition' ? `${event.from}>${event.to}` : event.type),
    );
    const session = manager.getOrCreateSession('a');
    await session.exec('set x 1');
    await session.terminate();
    expect(seen.filter((name) => name !== 'kernel-died')).toEqual([
      'session-opened',
      'thread-started',
      'kernel-started',
      'spawning>busy',
      'command-started',
      'command-finished',
      'busy>idle',
      'idle>terminated',
      'session-terminated',
    ]);
  });
});

describe('session', () => {
  it('rejects what comes after its end with SESSION_TERMINATED', async () => {
    const session = manager.getOrCreateSession('a');
    await session.terminate();
    await expect(session.exec('get x')).rejects.toMatchObject({
      code: 'SESSION_TERMINATED',
      data: { sessionId: session.id, workspaceId: 'a', reason: 'requested' },
    });
    await expect(session.reset()).rejects.toMatchObject({ code: 'SESSION_TERMINATED' });
    await expect(session.state()).rejects.toMatchObject({ code: 'SESSION_TERMINATED' });
    expect(await session.interrupt()).toBe('terminated');
    await session.terminate();
  });

  it('answers interrupts precisely', async () => {
    const session = manager.getOrCreateSession('a');
    await session.exec('set x 1');
    expect(await session.interrupt()).toBe('idle');
    const waiting = session.exec('wait');
    await nextEvent(session, 'command-started');
    const queued = session.exec('get x');
    expect(await queued.interrupt()).toBe(`not-running(${queued.id})`);
    expect(await session.interrupt()).toBe('interrupted');
    expect(await waiting).toMatchObject({ interrupted: true, success: false, exitCode: 130 });
    expect((await queued).stdout).toBe('1\n');
  });

  it('times a command out and keeps state', async () => {
    const session = manager.getOrCreateSession('a');
    await session.exec('set x 1');
    expect(await session.exec('wait', { timeoutMs: 50 })).toMatchObject({
      timedOut: true,
      success: false,
      exitCode: 130,
      epoch: 1,
    });
    expect((await session.exec('get x')).stdout).toBe('1\n');
  });

  it('tells what an interrupt took, and what was written before it', async () => {
    const session = manager.getOrCreateSession('a');
    const running = session.exec('print partial\nwait', { onStdout: () => void session.interrupt() });
    expect(await running).toMatchObject({
      interrupted: true,
      stdout: 'partial\n',
      interruption: { asked: 'SIGINT', stateKept: true },
    });
  });

  it('lets nothing overtake a command that was given before it', async () => {
    const session = manager.getOrCreateSession('a');
    const set = session.exec('set x 1');
    const { variables } = await session.state();
    expect(variables).toEqual([{ name: 'x', type: 'text', preview: '1' }]);
    expect(await set).toMatchObject({ success: true });
    const waiting = session.exec('wait');
    expect(await session.interrupt()).toBe('interrupted');
    expect(await waiting).toMatchObject({ interrupted: true });
    const dropped = expect(session.exec('set x 2')).resolves.toMatchObject({ interrupted: true });
    await session.reset();
    await dropped;
  });

  it('replaces a kernel that ignores everything, and says what is lost', async () => {
    const session = manager.getOrCreateSession('a');
    await session.exec('set x 1');
    const stuck = session.exec('print begun\nstuck', { onStdout: () => void session.interrupt() });
    expect(await stuck).toMatchObject({
      interrupted: true,
      exitCode: 137,
      signal: 'SIGKILL',
      interruption: { asked: 'SIGINT', escalatedTo: 'SIGKILL to kernel', stateKept: false },
      epoch: 2,
      stateLost: { language: 'bash', reason: "the kernel's process was killed by SIGKILL" },
    });
    expect(await session.exec('get x')).toMatchObject({ stdout: '\n', epoch: 2 });
  });

  it('tells the next command of a kernel that died while idle', async () => {
    const session = manager.getOrCreateSession('a');
    const started = nextEvent(session, 'kernel-started');
    await session.exec('set x 1');
    const died = nextEvent(session, 'kernel-died');
    process.kill((await started).pid, 'SIGKILL');
    expect(await died).toMatchObject({ expected: false });
    expect(await session.exec('get x')).toMatchObject({
      stdout: '\n',
      epoch: 2,
      stateLost: { reason: "the kernel's process was killed by SIGKILL" },
    });
    expect((await session.exec('get x')).stateLost).toBeUndefined();
  });

  it('cancels by AbortSignal, queued and running', async () => {
    const session = manager.getOrCreateSession('a');
    await session.exec('set x 1');
    const [running, queued] = [new AbortController(), new AbortController()];
    const first = session.exec('print begun\nwait', { signal: running.signal });
    const second = session.exec('set x 2', { signal: queued.signal });
    for await (const { data } of first) if (data === 'begun\n') break;
    queued.abort();
    await expect(second).rejects.toMatchObject({ code: 'COMMAND_CANCELLED', data: { began: false } });
    running.abort(new Error('enough'));
    await expect(first).rejects.toMatchObject({
      code: 'COMMAND_CANCELLED',
      data: { began: true, output: { stdout: 'begun\n', interrupted: true } },
      cause: { message: 'enough' },
    });
    await expect(session.exec('set x 3', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'COMMAND_CANCELLED',
    });
    expect((await session.exec('get x')).stdout).toBe('1\n');
  });

  it('refuses more than maxQueue commands and loses none of the others', async () => {
    const session = manager.getOrCreateSession('a', { maxQueue: 3 });
    await session.exec('set x 1');
    const running = session.exec('wait');
    await nextEvent(session, 'command-started');
    const waiting = [1, 2, 3].map((number) => session.exec(`print ${number}`));
    await expect(session.exec('print 4')).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      data: { maxQueue: 3 },
    });
    await running.interrupt();
    expect((await Promise.all(waiting)).map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n']);
  });

  it('resets: state is gone, the queue rejected, the running command ended', async () => {
    const session = manager.getOrCreateSession('a');
    await session.exec('set x 1');
    const running = session.exec('print begun\nwait');
    const queued = session.exec('get x');
    const rejected = expect(queued).rejects.toMatchObject({ code: 'COMMAND_CANCELLED' });
    await nextEvent(session, 'command-started');
    await session.reset();
    await rejected;
    expect(await running).toMatchObject({ interrupted: true, success: false });
    expect(await session.exec('get x')).toMatchObject({ stdout: '\n', epoch: 2 });
    expect((await session.exec('get x')).stateLost).toBeUndefined();
  });

  it('ends after idleTimeoutMs', async () => {
    const session = manager.getOrCreateSession('a', { idleTimeoutMs: 60 });
    const ended = nextEvent(session, 'session-terminated');
    await session.exec('set x 1');
    expect(await ended).toMatchObject({ reason: 'idle-timeout' });
    expect(manager.getSession('a')).toBeNull();
  });

  it('runs set-up whenever a kernel starts, and tells of set-up that fails', async () => {
    const session = manager.getOrCreateSession('a', { setup: ['set x ready', 'exit 3'] });
    const failed = nextEvent(session, 'setup-failed');
    expect((await session.exec('get x')).stdout).toBe('ready\n');
    expect(await failed).toMatchObject({ code: 'exit 3', message: 'exit code 3:' });
    await session.exec('set x changed');
    await session.exec('die SIGKILL');
    expect((await session.exec('get x')).stdout).toBe('ready\n');
  });

  it('remembers history, results and late output', async () => {
    const session = manager.getOrCreateSession('a', { maxHistorySize: 2 });
    const started = nextEvent(session, 'kernel-started');
    const first = await session.exec('print one');
    const { pid } = await started;
    const second = await session.exec('later afterwards');
    const late = nextEvent(session, 'late-output');
    process.kill(pid, 'SIGUSR2');
    expect(await late).toMatchObject({ commandId: second.commandId, stream: 'stdout', data: 'afterwards\n' });
    expect(await session.getCommand(second.commandId)).toMatchObject({
      status: 'finished',
      output: { stdout: '' },
      lateOutput: { stdout: 'afterwards\n', omittedBytes: 0 },
    });
    await session.exec('print three');
    expect((await session.getHistory()).map(({ command }) => command)).toEqual([
      'later afterwards',
      'print three',
    ]);
    expect((await session.getHistory(1)).map(({ command }) => command)).toEqual(['print three']);
    expect(await session.getCommand(first.commandId)).toBeNull();
  });

  it('rejects everything with SPAWN_FAILED when its kernel can not be started', async () => {
    const broken = createSessionManager({ languages: [fakeLanguage({ program: '/nowhere/at/all' })] });
    const session = broken.getOrCreateSession('a');
    await expect(session.exec('get x')).rejects.toMatchObject({
      code: 'SPAWN_FAILED',
      message: expect.stringContaining('/nowhere/at/all'),
      data: { attempts: 4 },
    });
    expect(session.isAlive()).toBe(false);
    await broken[Symbol.asyncDispose]();
  });

  it('leaves no folder behind', async () => {
    const TMPDIR = mkdtempSync(join(tmpdir(), 'folders-'));
    vi.stubEnv('TMPDIR', TMPDIR);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(TMPDIR, { recursive: true });
    });
    const session = manager.getOrCreateSession('a');
    const state = await session.state();
    expect(state.env_vars.HOLDFAST_SESSION).toContain(session.id);
    expect((await session.exec('print done')).success).toBe(true);
    // The manager's, with one for each session in it.
    const [folder = ''] = readdirSync(TMPDIR);
    expect(readdirSync(join(TMPDIR, folder))).toContain(session.id);
    await manager[Symbol.asyncDispose]();
    expect(readdirSync(TMPDIR)).toEqual([]);
  });
});

describe('the end of a session', () => {
  // The thread's own word of its end and the pool's come on two ports, in any order.
  it('is never taken for a death, and gives the running command its result', async () => {
    for (let round = 0; round < 15; round += 1) {
      const session = manager.getOrCreateSession('ended');
      const reasons: string[] = [];
      session.subscribe((event) => event.type === 'session-terminated' && reasons.push(event.reason));
      const running = session.exec('print begun\nwait', { onStdout: () => void session.terminate() });
      expect(await running).toMatchObject({ interrupted: true, stdout: 'begun\n' });
      await session.terminate();
      expect(reasons).toEqual(['requested']);
    }
  });
});
