/** The same tools over a manager in another process' place: a daemon's sessions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteSessionManager } from '@holdfast/client';
import { type Daemon, startDaemon } from '@holdfast/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, call, callRaw, connect, wordsOf } from './testing/connect.ts';

let dir: string;
let daemon: Daemon;
let connection: Connection;

const connectAgain = (): Promise<Connection> =>
  connect({ manager: createRemoteSessionManager({ socketPath: join(dir, 'socket') }) });

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-mcp-'));
  daemon = await startDaemon({ socketPath: join(dir, 'socket'), sessionsDir: join(dir, 'sessions') });
  connection = await connectAgain();
  await call(connection.client, 'session_start', { name: 'work', cwd: '/' });
});
afterEach(async () => {
  const { manager } = connection;
  await connection[Symbol.asyncDispose]();
  await manager[Symbol.asyncDispose]();
  await daemon.close();
  rmSync(dir, { recursive: true, force: true });
});

const exec = (command: string, more: Record<string, unknown> = {}) =>
  call(connection.client, 'session_exec', { session_id: 'work', command, ...more });

describe('the tools over a daemon', () => {
  it('run code, show long output, and tell what is alive', async () => {
    await exec('cd /usr; kept=yes');
    const seq = await exec('pwd; echo $kept; seq 50000');
    expect(seq).toMatchObject({ exit_code: 0, stdout_omitted: { characters: expect.any(Number) } });
    const { command_id } = seq;
    const lines = { session_id: 'work', command_id, from_line: 20_002, to_line: 20_003 };
    expect(await call(connection.client, 'session_read_output', lines)).toMatchObject({
      text: '20000\n20001\n',
    });
    expect(
      await call(connection.client, 'session_eval', { session_id: 'work', code: '6 * 7' }),
    ).toMatchObject({
      result: '42',
    });
    expect(await call(connection.client, 'session_state', { session_id: 'work' })).toMatchObject({
      working_dir: '/usr',
      status: 'idle',
    });
    const { entries } = await call(connection.client, 'session_history', { session_id: 'work' });
    expect(entries).toMatchObject([{ command: 'cd /usr; kept=yes' }, { command_id }, { command: '6 * 7' }]);
  });

  it('report progress and cancel', async () => {
    const abort = new AbortController();
    const run = { session_id: 'work', command: 'kept=yes; echo begun; sleep 600', timeout_ms: 0 };
    const answer = call(connection.client, 'session_exec', run, {
      signal: abort.signal,
      onprogress({ message }) {
        // The other one that may come is that it is still running.
        if (message === 'begun\n') abort.abort('enough');
      },
    });
    await expect(answer).rejects.toThrow('enough');
    expect((await exec('echo $kept')).stdout).toBe('yes\n');
  });

  it('end a session, and say so', async () => {
    await call(connection.client, 'session_reset', { session_id: 'work' });
    const { session_id } = await call(connection.client, 'session_end', { session_id: 'work' });
    const result = await callRaw(connection.client, 'session_exec', { session_id, command: 'true' });
    expect(wordsOf(result)).toContain(`SESSION_NOT_FOUND: Session ${session_id} is not live: it was ended.`);
  });
});
