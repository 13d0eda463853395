/** A session thread dies: every command is answered, the kernels end, other sessions and the next one work. */
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSessionManager, type RuntimeSession, type SessionEvent } from '../index.ts';
import { carriers, markOf, openFiles, until } from '../testing/processes.ts';

// Node tells of every thread that this one makes.
const workers = new Map<number, Worker>();
const note = (worker: Worker): void => void workers.set(worker.threadId, worker);
process.on('worker', note);
afterAll(() => void process.off('worker', note));

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

/** The session, its thread, and what it tells. */
const open = async (
  workspaceId: string,
): Promise<{ session: RuntimeSession; worker: Worker; mark: string; events: SessionEvent[] }> => {
  const session = manager.getOrCreateSession(workspaceId);
  const events: SessionEvent[] = [];
  session.subscribe((event) => events.push(event));
  await session.exec('setsid sleep 4300 & sleep 4301 &');
  await session.exec('import subprocess; p = subprocess.Popen(["sleep", "4302"])', { language: 'python' });
  const mark = await markOf(session);
  const started = events.find((event) => event.type === 'thread-started');
  const worker = workers.get(started?.threadId ?? -1);
  if (!worker) throw new Error('no thread was seen to start');
  return { session, worker, mark, events };
};

const answer = (promise: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(promise).then(
    () => 'a result',
    (error: { code: string }) => error.code,
  );

describe('worker.terminate() on a session thread', () => {
  it('while it is idle', async () => {
    const other = manager.getOrCreateSession('bystander');
    await other.exec('kept=1');
    const { session, worker, mark, events } = await open('idle');
    // A process on its way from one program to the next shows no environment for a moment.
    expect(await until(() => carriers(mark).length >= 5, 20_000)).toBe(true);
    const ended = new Promise<void>((resolve) =>
      session.subscribe(({ type }) => type === 'session-terminated' && resolve()),
    );
    await worker.terminate();
    await ended;
    expect(events.at(-1)).toMatchObject({ type: 'session-terminated', reason: 'thread-died' });
    expect(carriers(mark)).toEqual([]);
    expect([session.isAlive(), await answer(session.exec('echo no'))]).toEqual([false, 'THREAD_DIED']);
    expect((await manager.getOrCreateSession('idle').exec('echo anew')).stdout).toBe('anew\n');
    expect((await other.exec('echo $kept')).stdout).toBe('1\n');
  });

  it('while it is busy, with commands queued', async () => {
    const { session, worker, mark, events } = await open('busy');
    const running = session.exec('echo begun; sleep 4303', { timeoutMs: 0 });
    const queued = [session.exec('echo one'), session.exec('2', { language: 'python' })];
    for await (const { data } of running) {
      expect(data).toBe('begun\n');
      await worker.terminate();
      break;
    }
    expect(await Promise.all([running, ...queued].map(answer))).toEqual(Array(3).fill('THREAD_DIED'));
    expect(events.at(-1)).toMatchObject({ type: 'session-terminated', reason: 'thread-died' });
    expect(carriers(mark)).toEqual([]);
    expect((await manager.getOrCreateSession('busy').exec('echo anew')).stdout).toBe('anew\n');
  });

  it('before its kernel is up', async () => {
    const session = manager.getOrCreateSession('young');
    const first = session.exec('echo never');
    await new Promise<void>((resolve) =>
      session.subscribe(({ type }) => type === 'thread-started' && resolve()),
    );
    await [...workers.values()].at(-1)?.terminate();
    expect(await answer(first)).toBe('THREAD_DIED');
    expect((await manager.getOrCreateSession('young').exec('echo anew')).stdout).toBe('anew\n');
  });
});

it('threads that die one after the other leave no pipe open but those of the next session', async () => {
  // A place of its own: the pipes of other managers come and go, those of their stocks too.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'threads-')));
  let name = '';
  const left = (): string[] => openFiles().filter((link) => link.includes(`/${name}/`) && isPipe.test(link));
  const isPipe = /-\d+ \(deleted\)$/;
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const own = createSessionManager();
  // Started before there is a session, or busy with a command: some pipes are in nobody's hands yet.
  for (let round = 0; round < 8; round += 1) {
    const session = own.getOrCreateSession('piped');
    const first = session.exec('sleep 4306', { timeoutMs: 0 });
    name ||= readdirSync(folder)[0] ?? '';
    const ended = new Promise<void>((resolve) =>
      session.subscribe(({ type }) => type === 'session-terminated' && resolve()),
    );
    const awaited = round % 2 === 0 ? 'thread-started' : 'command-started';
    await new Promise<void>((resolve) => session.subscribe(({ type }) => type === awaited && resolve()));
    if (awaited === 'command-started') expect(left()).not.toEqual([]);
    await [...workers.values()].at(-1)?.terminate();
    expect(await answer(first)).toBe('THREAD_DIED');
    await ended;
  }
  // A session has eight; the stock is for four sessions and one that asks.
  expect(await until(() => left().length <= 40, 20_000)).toBe(true);
  await own[Symbol.asyncDispose]();
  expect(left()).toEqual([]);
});

describe('a thread out of memory', () => {
  it('of a full heap: every command is answered, the kernels end, the next session works', async () => {
    const own = createSessionManager({ maxThreadHeapMb: 32 });
    const session = own.getOrCreateSession('heap');
    const events: SessionEvent[] = [];
    session.subscribe((event) => events.push(event));
    await session.exec('setsid sleep 4304 &');
    const mark = await markOf(session);
    const running = session.exec('sleep 4305', { timeoutMs: 0 });
    // The queue lives in the thread: 200 MB of commands do not fit.
    const queued = Array.from({ length: 200 }, () => session.exec(`: ${'x'.repeat(1_000_000)}`));
    const answers = await Promise.all([running, ...queued].map(answer));
    expect(new Set(answers)).toEqual(new Set(['THREAD_DIED']));
    expect(events.at(-1)).toMatchObject({ type: 'session-terminated', reason: 'thread-died' });
    expect(session.isAlive()).toBe(false);
    expect(carriers(mark)).toEqual([]);
    expect((await own.getOrCreateSession('heap').exec('echo anew')).stdout).toBe('anew\n');
    await own[Symbol.asyncDispose]();
  });

  it('before it has taken its session: each is told, the host lives, and waits for none', async () => {
    // Less than a thread needs to load.
    const own = createSessionManager({ maxThreadHeapMb: 1 });
    const sessions = [1, 2, 3].map((number) => own.getOrCreateSession(`small ${number}`));
    const answers = await Promise.all(sessions.map((session) => answer(session.exec('echo no'))));
    expect(answers).toEqual(Array(3).fill('THREAD_DIED'));
    await own[Symbol.asyncDispose]();
  });
});
