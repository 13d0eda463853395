/** A daemon's life: one per socket, whole answers to the end, gone when nobody needs it, killed and replaced. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDaemon } from './daemon.ts';
import { acquireLock, readLock } from './daemon-lock.ts';
import { send, startBench, testToken } from './testing/daemon-bench.ts';
import { readStream } from './testing/event-reader.ts';

// What is waited for happens; when, is up to the machine.
const patience = { timeout: 60_000 };

const program = fileURLToPath(new URL('./testing/daemon-process.mjs', import.meta.url));
let folder = '';
let socketPath = '';
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-daemon-')));
  socketPath = join(folder, 'd.sock');
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  child: ChildProcess;
  /** Its first line. */
  said: { ready?: { socketPath: string }; error?: { code: string; message: string; data: { pid?: number } } };
}

const startProcess = async (options: Record<string, unknown> = {}): Promise<Started> => {
  const child = spawn(process.execPath, [program, JSON.stringify({ socketPath, ...options })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, said: JSON.parse(line) };
};

const kill = async ({ child }: Started): Promise<void> => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

const ask = (method: string, path: string, body?: unknown) => send({ socketPath, method, path }, body);

describe('of daemons on one socket', () => {
  it('exactly one of many wins, and the others say who', async () => {
    const started = await Promise.all(Array.from({ length: 6 }, () => startProcess()));
    const winners = started.filter(({ said }) => said.ready);
    expect(winners).toHaveLength(1);
    for (const { said } of started.filter(({ said }) => !said.ready)) {
      expect(said.error).toMatchObject({
        code: 'DAEMON_RUNNING',
        data: { pid: winners[0]?.child.pid, socketPath },
      });
    }
    expect((await ask('GET', '/healthz')).json).toMatchObject({ status: 'ok', pid: winners[0]?.child.pid });
  });

  it('exactly one of many takes the place of one that was killed', async () => {
    for (let round = 0; round < 3; round += 1) {
      const dead = (await Promise.all(Array.from({ length: 4 }, () => startProcess()))).find(
        ({ said }) => said.ready,
      );
      expect(dead).toBeDefined();
      if (dead) await kill(dead);
      expect(existsSync(socketPath)).toBe(true);
    }
    const last = await startProcess();
    expect(last.said.ready).toEqual({ socketPath });
    expect(readdirSync(folder).sort()).toEqual(['d.sock', 'd.sock.lock', 'd.sock.state']);
  });

  it('none takes a file that is no socket, nor a socket that something else serves', async () => {
    writeFileSync(socketPath, 'mine');
    await expect(startDaemon({ socketPath })).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
    expect(readFileSync(socketPath, 'utf8')).toBe('mine');
    rmSync(socketPath);
    const other = createServer().listen(socketPath);
    await once(other, 'listening');
    await expect(startDaemon({ socketPath })).rejects.toMatchObject({ code: 'DAEMON_RUNNING' });
    other.close();
    expect(readLock(`${socketPath}.lock`)).toBeUndefined();
  });

  it('and on one port, likewise', async () => {
    const first = await startDaemon({ tcp: {}, token: testToken, stateDir: join(folder, 'a') });
    const port = Number(new URL(first.address.url ?? '').port);
    await expect(
      startDaemon({ tcp: { port }, token: testToken, stateDir: join(folder, 'b') }),
    ).rejects.toMatchObject({ code: 'DAEMON_RUNNING' });
    await first.close();
  });
});

describe('a lock', () => {
  it('is one’s own until released, and a dead holder’s is taken', async () => {
    const path = join(folder, 'lock');
    const first = await acquireLock(path);
    expect('release' in first && readLock(path)?.pid).toBe(process.pid);
    expect(await acquireLock(path)).toMatchObject({ heldBy: { pid: process.pid } });
    if ('release' in first) first.release();
    expect(readdirSync(folder)).toEqual([]);
    for (const left of ['', '{"id":"../../x","pid":1}', '{"id":"a","pid":1,"startedAt":"before all time"}']) {
      writeFileSync(path, left);
      const next = await acquireLock(path);
      expect('release' in next).toBe(true);
      if ('release' in next) next.release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});

describe('a daemon that closes', () => {
  it('answers whoever waits, and leaves nothing', async () => {
    const bench = await startBench({ limits: { closeGraceMs: 0 } });
    const { path } = await bench.openSession();
    const events = await readStream({
      socketPath: bench.socketPath,
      path: `${path}/exec`,
      method: 'POST',
      body: { command: 'echo begun; sleep 1000' },
    });
    expect((await events.until('output')).map(({ event }) => event)).toEqual(['accepted', 'output']);
    const plain = bench.ask('POST', `${path}/exec`, { body: { command: 'echo never' } });
    const closing = bench.ask('POST', '/v1/shutdown');
    const [rest, answer, shut] = await Promise.all([events.until(), plain, closing]);
    expect(shut.status).toBe(200);
    expect([rest.at(-1)?.event, rest.at(-1)?.data.success]).toEqual(['result', false]);
    expect([answer.status, answer.json.error.code]).toEqual([410, 'SESSION_TERMINATED']);
    await bench.daemon.closed;
    expect([existsSync(bench.socketPath), existsSync(`${bench.socketPath}.lock`)]).toEqual([false, false]);
    expect(readdirSync(`${bench.socketPath}.state/live`)).toEqual([]);
    await bench.end();
  });

  it('lets a running command come to its end first', async () => {
    const started = await startProcess({ limits: { closeGraceMs: 25_000 } });
    const opened = await ask('POST', '/v1/sessions', { config: { cwd: folder } });
    const path = `/v1/sessions/${opened.json.session.sessionId}`;
    const events = await readStream({
      socketPath,
      path: `${path}/exec`,
      method: 'POST',
      body: { command: 'echo begun; while [ ! -e go ]; do sleep 0.01; done; echo done' },
    });
    await events.until('output');
    started.child.kill('SIGTERM');
    writeFileSync(join(folder, 'go'), '');
    const result = (await events.until('result')).at(-1);
    expect(result?.data.stdout).toBe('begun\ndone\n');
    if (started.child.exitCode === null) await once(started.child, 'exit');
    expect(started.child.exitCode).toBe(0);
  });

  it('ends by itself when it has no session and nobody asks', async () => {
    const bench = await startBench({ idleShutdownMs: 100 });
    const { path } = await bench.openSession();
    const held = await bench.ask('POST', `${path}/exec`, { body: { command: 'sleep 0.3; echo still here' } });
    expect(held.json.stdout).toBe('still here\n');
    await bench.ask('DELETE', path);
    await bench.daemon.closed;
    expect(existsSync(bench.socketPath)).toBe(false);
    await bench.end();
  });
});

describe('a daemon that is killed in the middle of a command', () => {
  it('leaves files that can be read, and the next one says what was lost', async () => {
    const first = await startProcess();
    const { json } = await ask('POST', '/v1/sessions', { workspaceId: 'work', config: { cwd: folder } });
    const { sessionId, folder: files = '' } = json.session;
    const path = `/v1/sessions/${sessionId}`;
    await ask('POST', `${path}/exec`, { command: 'cd /usr; echo kept' });
    const running = { command: 'echo begun; sleep 1000', commandId: 'cmd_runningrunningrunnin' };
    const events = await readStream({ socketPath, path: `${path}/exec`, method: 'POST', body: running });
    await events.until('output');
    const queued = ask('POST', `${path}/exec`, {
      command: 'echo never',
      commandId: 'cmd_queuedqueuedqueuedqu',
      language: 'python',
    });
    queued.catch(() => undefined);
    // Its acceptance is on disk before it is run: once the daemon knows of both, both are written.
    await expect.poll(async () => (await ask('GET', path)).json.queueLength, patience).toBe(1);
    await kill(first);
    await expect(queued).rejects.toThrow();
    await expect(events.until()).rejects.toThrow();

    for (const name of ['metadata.json', 'state.json']) {
      expect(JSON.parse(readFileSync(join(files, name), 'utf8'))).toBeTypeOf('object');
      expect(statSync(join(files, name)).mode & 0o777).toBe(0o600);
    }
    // Killed a moment later, in the middle of a line.
    appendFileSync(join(files, 'history.log'), '{"command_id":"cmd_torn');

    await startProcess();
    const { lost } = (await ask('GET', '/v1/lost')).json;
    expect(lost).toMatchObject([
      {
        sessionId,
        workspaceId: 'work',
        folder: files,
        executionCount: 1,
        commands: [
          { commandId: running.commandId, language: 'bash', command: running.command },
          { commandId: 'cmd_queuedqueuedqueuedqu', language: 'python', command: 'echo never' },
        ],
        tornHistory: join(files, 'history.log.torn'),
      },
    ]);
    expect((await ask('GET', '/v1/sessions')).json).toEqual({ sessions: [], lost });
    for (const name of [sessionId, 'work']) {
      const { status, json: refused } = await ask('GET', `/v1/sessions/${name}`);
      expect([status, refused.error.code]).toEqual([404, 'SESSION_NOT_FOUND']);
      expect(refused.error.message).toContain(
        `was lost when the daemon was killed, with ${running.commandId}`,
      );
      expect(refused.error.data.lost).toEqual(lost[0]);
    }
    const lines = readFileSync(join(files, 'history.log'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).command)).toEqual(['cd /usr; echo kept']);
    expect(readFileSync(join(files, 'history.log.torn'), 'utf8')).toBe('{"command_id":"cmd_torn\n');
    expect(JSON.parse(readFileSync(join(files, 'metadata.json'), 'utf8'))).toMatchObject({
      session_id: sessionId,
      status: 'lost',
      execution_count: 1,
      lost_commands: [running.commandId, 'cmd_queuedqueuedqueuedqu'],
    });
    expect(JSON.parse(readFileSync(join(files, 'state.json'), 'utf8'))).toMatchObject({
      status: 'lost',
      kernels: {},
    });
  });

  it('is remembered by the daemon after the next, too, and a new session of the name is not the lost one', async () => {
    const first = await startProcess();
    const lost = await ask('POST', '/v1/sessions', { workspaceId: 'work', config: { cwd: folder } });
    await kill(first);
    const second = await startProcess();
    const next = await ask('POST', '/v1/sessions', { workspaceId: 'work', config: { cwd: folder } });
    expect(next.json.created).toBe(true);
    expect(next.json.session.sessionId).not.toBe(lost.json.session.sessionId);
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
    await startProcess();
    const { json } = await ask('GET', '/v1/lost');
    expect(json.lost.map(({ sessionId }) => sessionId)).toEqual([lost.json.session.sessionId]);
  });
});
