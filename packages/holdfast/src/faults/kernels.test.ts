/** A kernel is killed, stopped or stuck: the result says so, and the session goes on. */
import { dialects } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { createSessionManager, type RuntimeOutput, type RuntimeSession } from '../index.ts';
import { carriers, markOf, nextEvent, signal, stateOf, until } from '../testing/processes.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

const kernelPid = {
  bash: 'echo $$',
  python: 'import os; print(os.getpid())',
  node: 'console.log(process.pid)',
};
const languages = ['bash', 'python', 'node'] as const;
type Name = (typeof languages)[number];

const open = async (name: Name, purpose: string): Promise<{ session: RuntimeSession; pid: number }> => {
  const session = manager.getOrCreateSession(`${purpose} ${name}`, { language: name });
  await session.exec(dialects[name].set('kept', 'value'));
  const { stdout } = await session.exec(kernelPid[name]);
  return { session, pid: Number(stdout) };
};

/** Begins an endless loop. Settles once it has printed. */
const begin = async (
  session: RuntimeSession,
  name: Name,
): Promise<{ result: PromiseLike<RuntimeOutput> }> => {
  const { print, endlessLoop } = dialects[name];
  const running = session.exec(`${print('begun')}\n${endlessLoop}`, { timeoutMs: 0 });
  let printed = '';
  for await (const { data } of running) {
    printed += data;
    if (printed.endsWith('\n')) break;
  }
  expect(printed).toBe('begun\n');
  // An execution would be awaited on its way out of here.
  return { result: running.then((output) => output) };
};

const stopped = async (pid: number): Promise<void> => {
  signal(pid, 'SIGSTOP');
  expect(await until(() => stateOf(pid) === 'T', 20_000)).toBe(true);
};

describe.each(languages)('SIGKILL to the %s kernel', (name) => {
  const { get, print } = dialects[name];

  it('while it is idle: the next result tells', async () => {
    const { session, pid } = await open(name, 'killed idle');
    const died = nextEvent(session, 'kernel-died');
    signal(pid, 'SIGKILL');
    expect(await died).toMatchObject({ pid, expected: false });
    const next = await session.exec(get('kept'));
    expect([next.stdout, next.epoch, next.stateLost?.language]).toEqual(['unset\n', 2, name]);
    expect(next.stateLost?.reason).toContain('SIGKILL');
    const after = await session.exec(print('on'));
    expect([after.stdout, after.stateLost]).toEqual(['on\n', undefined]);
    await session.terminate();
  });

  it('while it is busy: the command tells, the queue goes on', async () => {
    const { session, pid } = await open(name, 'killed busy');
    const { result } = await begin(session, name);
    const queued = session.exec(get('kept'));
    signal(pid, 'SIGKILL');
    const killed = await result;
    expect(killed).toMatchObject({ stdout: 'begun\n', exitCode: 137, signal: 'SIGKILL', epoch: 2 });
    expect(killed.stateLost?.language).toBe(name);
    const { stdout, epoch, stateLost } = await queued;
    expect([stdout, epoch, stateLost]).toEqual(['unset\n', 2, undefined]);
    await session.terminate();
  });
});

it('500 kernels killed in a row, idle and busy, and the session goes on', async () => {
  const session = manager.getOrCreateSession('killed often');
  for (let round = 1; round <= 250; round += 1) {
    const busy = await session.exec('echo words; kill -KILL $BASHPID');
    expect([busy.stdout, busy.signal, busy.epoch]).toEqual(['words\n', 'SIGKILL', 2 * round]);
    const { stdout } = await session.exec('echo $$');
    const died = nextEvent(session, 'kernel-died');
    signal(Number(stdout), 'SIGKILL');
    await died;
    const next = await session.exec('echo on');
    expect([next.stdout, next.epoch, next.stateLost?.language]).toEqual(['on\n', 2 * round + 1, 'bash']);
  }
  expect((await session.state()).epoch).toBe(501);
}, 400_000);

describe.each(languages)('SIGSTOP to the %s kernel', (name) => {
  const { get } = dialects[name];

  it('and an interrupt: it is woken, the command ends, the state is kept', async () => {
    const { session, pid } = await open(name, 'stopped, interrupted');
    const { result } = await begin(session, name);
    await stopped(pid);
    expect(await session.interrupt()).toBe('interrupted');
    expect(await result).toMatchObject({ interrupted: true, interruption: { stateKept: true }, epoch: 1 });
    expect((await session.exec(get('kept'))).stdout).toBe('value\n');
    await session.terminate();
  });

  it('between two commands: the time limit of the next one wakes it, the state is kept', async () => {
    const { session, pid } = await open(name, 'stopped, idle');
    await stopped(pid);
    expect(await session.exec(get('kept'), { timeoutMs: 300 })).toMatchObject({ timedOut: true, epoch: 1 });
    expect((await session.exec(get('kept'))).stdout).toBe('value\n');
    await session.terminate();
  });

  it('and terminate, idle or busy: no process is left', async () => {
    for (const isBusy of [false, true]) {
      const { session, pid } = await open(name, `stopped, terminated ${isBusy}`);
      const mark = await markOf(session);
      const running = isBusy ? await begin(session, name) : undefined;
      await stopped(pid);
      await session.terminate();
      expect(carriers(mark)).toEqual([]);
      if (running) expect(await running.result).toMatchObject({ stdout: 'begun\n', interrupted: true });
    }
  });
});

/** Each would take a thousand seconds. What ends it is asked for 2.4 s after the limit at the latest: see the ladder. */
describe('a stuck native call ends soon after the limit, and what it took is told:', () => {
  const block =
    'import signal\n_ = signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})';
  const calls: [name: string, before: string, code: string, stateKept: boolean][] = [
    ['one that a signal wakes', '', 'ctypes.PyDLL(None).sleep(1000)', true],
    ['a loop of those, without the lock', '', 'while True: ctypes.CDLL(None).sleep(1000)', true],
    ['deaf to signals', block, 'ctypes.CDLL(None).sleep(1000)', false],
    ['deaf, and with the interpreter lock', block, 'ctypes.PyDLL(None).sleep(1000)', false],
  ];
  for (const [name, before, code, stateKept] of calls) {
    it(name, async () => {
      const session = manager.getOrCreateSession(name, { language: 'python' });
      // Commands of their own: the limit of the next one is for the call alone.
      await session.exec('kept = 1\nimport ctypes');
      await session.exec(before);
      const { timedOut, interruption, stateLost } = await session.exec(code, { timeoutMs: 500 });
      expect([timedOut, interruption?.asked, interruption?.stateKept]).toEqual([true, 'SIGINT', stateKept]);
      expect(interruption?.escalatedTo === 'SIGKILL to kernel').toBe(!stateKept);
      expect(stateLost?.language).toBe(stateKept ? undefined : 'python');
      const next = await session.exec('print(globals().get("kept", "lost"))');
      expect([next.stdout, next.epoch]).toEqual(stateKept ? ['1\n', 1] : ['lost\n', 2]);
      await session.terminate();
    });
  }
});
