/** Connections that break, daemons that die, programs that are over: what becomes of who waits. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SessionEvent } from '@holdfast/protocol';
import { startDaemon } from '@holdfast/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConnection, createRemoteSessionManager, type RemoteSessionManager } from './index.ts';

// What is waited for happens; when, is up to the machine.
const patience = { timeout: 60_000 };

const program = fileURLToPath(new URL('../../server/src/testing/daemon-process.mjs', import.meta.url));
let folder = '';
let socketPath = '';
const cleanUp: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-client-')));
  socketPath = join(folder, 'd.sock');
});
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
  rmSync(folder, { recursive: true, force: true });
});

const remote = (path = socketPath, reconnectMs?: number): RemoteSessionManager => {
  const manager = createRemoteSessionManager({
    socketPath: path,
    ...(reconnectMs === undefined ? {} : { reconnectMs }),
  });
  cleanUp.push(async () => manager[Symbol.asyncDispose]());
  return manager;
};

const startHere = async (): Promise<void> => {
  const daemon = await startDaemon({ socketPath, limits: { closeGraceMs: 0 } });
  cleanUp.push(() => daemon.close());
};

const startProcess = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [program, JSON.stringify({ socketPath })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUp.push(() => kill(child));
  await once(createInterface(child.stdout), 'line');
  return child;
};

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};

/** A door before the daemon's that can be slammed. */
const startProxy = async (): Promise<{ path: string; cut(): number }> => {
  const path = join(folder, 'proxy.sock');
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const onward = connect(socketPath);
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(from);
          to.destroy();
        });
    }
  }).listen(path);
  await once(server, 'listening');
  const cut = (): number => {
    const { size } = open;
    for (const socket of open) socket.destroy();
    return size;
  };
  cleanUp.push(async () => {
    cut();
    server.close();
  });
  return { path, cut };
};

const untilFile = (name: string): string => `while [ ! -e ${name} ]; do sleep 0.01; done`;

describe('when connections break', () => {
  it('a command is not run twice, and its result is not lost', async () => {
    await startHere();
    const proxy = await startProxy();
    const session = remote(proxy.path).getOrCreateSession('w', { cwd: folder });
    const running = session.exec(`echo again >> ran; ${untilFile('go')}; cat ran`);
    await expect.poll(() => session.status, patience).toBe('busy');
    await expect.poll(() => readFileSync(join(folder, 'ran'), 'utf8'), patience).toBe('again\n');
    expect(proxy.cut()).toBeGreaterThan(0);
    writeFileSync(join(folder, 'go'), '');
    expect((await running).stdout).toBe('again\n');
  });

  it('a command may have run for longer than is tried again', async () => {
    await startHere();
    const proxy = await startProxy();
    const session = remote(proxy.path, 200).getOrCreateSession('w', { cwd: folder });
    const running = session.exec(`sleep 0.6; echo once >> ran; ${untilFile('go')}; cat ran`);
    await expect.poll(() => existsSync(join(folder, 'ran')), patience).toBe(true);
    expect(proxy.cut()).toBeGreaterThan(0);
    writeFileSync(join(folder, 'go'), '');
    expect((await running).stdout).toBe('once\n');
  });

  it('output goes on where it was, input is not written twice, events and transitions are all there', async () => {
    await startHere();
    const proxy = await startProxy();
    // Longer than this process may stand still itself.
    const manager = remote(proxy.path, 25_000);
    const session = manager.getOrCreateSession('w', { cwd: folder });
    const events: SessionEvent[] = [];
    session.subscribe((event) => void events.push(event));
    const seqs: number[] = [];
    const inspecting = (async () => {
      for await (const { seq } of session.inspect()) seqs.push(seq);
    })();
    await session.exec(':');
    const talk = session.exec('while read -r line; do echo "got $line"; done', { stdin: 'open' });
    let text = '';
    talk.write('0\n');
    for await (const { data } of talk) {
      text += data;
      const count = text.split('\n').length - 1;
      if (count < 5) {
        proxy.cut();
        talk.write(`${count}\n`);
      } else talk.endInput();
    }
    expect(text).toBe('got 0\ngot 1\ngot 2\ngot 3\ngot 4\n');
    expect((await talk).stdout).toBe(text);
    await session.exec('echo last');
    const finished = () => events.filter(({ type }) => type === 'command-finished').length;
    await expect.poll(finished, patience).toBe(3);
    await session.terminate();
    await inspecting;
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });
});

describe('when the daemon is killed', () => {
  it('waiting commands are told so, the session has ended, and the next one is new', async () => {
    const child = await startProcess();
    // Longer than the next daemon needs to start, on any machine.
    const manager = remote(socketPath, 25_000);
    await manager.connect();
    const ended: string[] = [];
    manager.on('session-terminated', ({ reason, message }) => void ended.push(`${reason}: ${message}`));
    const session = manager.getOrCreateSession('w', { cwd: folder });
    const running = session.exec('echo begun; sleep 1000', {
      onStdout: () => void kill(child).then(startProcess),
    });
    await expect(running).rejects.toMatchObject({
      code: 'SESSION_TERMINATED',
      data: { lost: { sessionId: session.id, commands: [{ commandId: running.id }] } },
    });
    expect([session.isAlive(), session.status]).toEqual([false, 'terminated']);
    const next = manager.getOrCreateSession('w', { cwd: folder });
    expect((await next.exec('echo new')).stdout).toBe('new\n');
    expect(next.id).not.toBe(session.id);
    expect(manager.getSessionCount()).toBe(1);
  });

  it('and none comes, that is said', async () => {
    const child = await startProcess();
    const manager = remote(socketPath, 200);
    await manager.connect();
    const session = manager.getOrCreateSession('w', { cwd: folder });
    await session.exec(':');
    const gone = new Promise<string | undefined>((resolve) => {
      session.subscribe((event) => {
        if (event.type === 'session-terminated') resolve(event.message);
      });
    });
    await kill(child);
    expect(await gone).toBe('the daemon that held it is gone');
    await expect(session.exec(':')).rejects.toMatchObject({
      code: 'DAEMON_UNREACHABLE',
      message: expect.stringContaining('holdfast daemon start'),
      data: { isDown: true },
    });
    expect([session.isAlive(), manager.getSessionCount()]).toEqual([false, 0]);
  });
});

describe('other clients’ sessions', () => {
  it('are seen as they come and go', async () => {
    await startHere();
    const [mine, other] = [remote(), remote()];
    const before = mine.getOrCreateSession('before', { cwd: folder });
    await before.opened;
    await other.connect();
    expect(other.getSession('before')?.id).toBe(before.id);
    await before.exec('shared=yes');
    expect((await other.getSession('before')?.exec('echo $shared'))?.stdout).toBe('yes\n');
    const opened = new Promise((resolve) => other.on('session-opened', resolve));
    const after = mine.getOrCreateSession('after', { cwd: folder });
    await opened;
    await after.opened;
    expect(other.getSession('after')?.id).toBe(after.id);
    const ended = new Promise((resolve) => other.on('session-terminated', resolve));
    await mine.terminateSession('after');
    await ended;
    expect(other.getSession('after')).toBeNull();
    // Both at once for one workspace: one session, known to both by its id.
    const [one, two] = [
      mine.getOrCreateSession('same', { cwd: folder }),
      other.getOrCreateSession('same', { cwd: folder }),
    ];
    await Promise.all([one.exec('export both=1'), two.exec(':')]);
    expect(one.id).toBe(two.id);
    expect((await two.exec('echo $both')).stdout).toBe('1\n');
  });
});

describe('a daemon’s limits', () => {
  it('are told by what was opened and what is run, and free the workspace for another try', async () => {
    const daemon = await startDaemon({ socketPath, limits: { maxSessions: 1, maxQueue: 1 } });
    cleanUp.push(() => daemon.close());
    const manager = remote();
    const first = manager.getOrCreateSession('first', { cwd: folder, maxQueue: 5 });
    await first.exec(':');
    const second = manager.getOrCreateSession('second', { cwd: folder });
    await expect(second.opened).rejects.toMatchObject({ code: 'SESSION_LIMIT' });
    await expect(second.exec(':')).rejects.toMatchObject({ code: 'SESSION_LIMIT' });
    expect([second.isAlive(), manager.getSession('second')]).toEqual([false, null]);
    const running = first.exec('read -r line', { stdin: 'open' });
    const waiting = first.exec('echo waits');
    await expect(first.exec('echo too many')).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    running.endInput();
    expect((await waiting).stdout).toBe('waits\n');
    await first.terminate();
    const again = manager.getOrCreateSession('second', { cwd: folder });
    expect((await again.exec('echo in')).stdout).toBe('in\n');
  });
});

describe('a program that is over', () => {
  it('ends, although it is connected', async () => {
    await startHere();
    const script = `
      import { createRemoteSessionManager } from ${JSON.stringify(fileURLToPath(new URL('../dist/index.js', import.meta.url)))};
      const manager = createRemoteSessionManager({ socketPath: ${JSON.stringify(socketPath)} });
      await manager.connect();
      const { stdout } = await manager.getOrCreateSession('w').exec('echo from afar');
      process.stdout.write(stdout);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    const [code] = await once(child, 'close');
    expect([code, text]).toEqual([0, 'from afar\n']);
  });
});

describe('an address', () => {
  it('without a daemon, of something else, or that is none, is told as what it is', async () => {
    const down = createConnection({ socketPath: join(folder, 'none.sock'), reconnectMs: 0 });
    await expect(down.call('health')).rejects.toMatchObject({
      code: 'DAEMON_UNREACHABLE',
      data: { isDown: true },
    });
    for (const options of [{}, { url: 'ftp://x' }, { url: 'nonsense' }]) {
      expect(() => createConnection(options)).toThrowError(
        expect.objectContaining({ code: 'INVALID_OPTIONS' }),
      );
    }
    const daemon = await startDaemon({
      tcp: {},
      token: 'token-for-the-tests',
      stateDir: join(folder, 'state'),
    });
    cleanUp.push(() => daemon.close());
    const url = daemon.address.url ?? '';
    for (const token of [undefined, 'wrong-token-for-tests']) {
      const manager = createRemoteSessionManager({ url, ...(token ? { token } : {}) });
      await expect(manager.connect()).rejects.toMatchObject({ code: 'ACCESS_REFUSED' });
      await expect(manager.getOrCreateSession('w').exec(':')).rejects.toMatchObject({
        code: 'ACCESS_REFUSED',
      });
      await manager[Symbol.asyncDispose]();
    }
  });
});
