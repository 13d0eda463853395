import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, call, callRaw, connect } from './testing/connect.ts';

const secret = 'hunter2-correct-horse';
let connection: Connection;
const seen: unknown[] = [];

beforeEach(async () => {
  seen.length = 0;
  connection = await connect({ redact: ['API_KEY', /tok_\w{8,}/] });
  connection.client.fallbackNotificationHandler = async (notification) => void seen.push(notification);
  await call(connection.client, 'session_start', { name: 'work', env: { API_KEY: secret } });
});
afterEach(() => connection[Symbol.asyncDispose]());

const raw = (name: string, args: Record<string, unknown>) =>
  callRaw(
    connection.client,
    name,
    { session_id: 'work', ...args },
    { onprogress: (report) => seen.push(report) },
  );

describe('secrets', () => {
  it('do not leave the server, in whatever way they are asked for', async () => {
    const { client } = connection;
    const printed = await raw('session_exec', {
      command: `printf '${secret.slice(0, 9)}'; sleep 0.05; printf '${secret.slice(9)}\\n'; echo $API_KEY >&2; echo tok_abcdefgh12`,
    });
    expect(printed.structuredContent).toMatchObject({
      stdout: '[redacted]\n[redacted]\n',
      stderr: '[redacted]\n',
    });
    const { command_id } = printed.structuredContent ?? {};
    const answers = [
      printed,
      await raw('session_eval', { code: 'import os; os.environ["API_KEY"]' }),
      await raw('session_eval', { code: 'raise ValueError(os.environ["API_KEY"])' }),
      await raw('session_state', {}),
      await raw('session_state', { language: 'python' }),
      await raw('session_history', {}),
      await raw('session_read_output', { command_id }),
      await raw('session_exec', { command: 'true', cwd: `/${secret}` }),
      await client.readResource({ uri: `holdfast://sessions/work/commands/${command_id}/stdout` }),
      await client.readResource({ uri: 'holdfast://sessions/work/history' }),
      await raw('session_state', { session_id: secret }),
    ];
    const all = JSON.stringify([answers, seen]);
    expect(all).not.toContain(secret);
    expect(all).not.toContain('tok_abcdefgh12');
    expect(seen.length).toBeGreaterThan(0);
  });

  it('that a command is given for itself are secret, too', async () => {
    const once = 'another-secret-value';
    const answer = await call(connection.client, 'session_exec', {
      session_id: 'work',
      command: 'echo $API_KEY',
      env: { API_KEY: once },
    });
    expect(answer.stdout).toBe('[redacted]\n');
    expect(
      (await call(connection.client, 'session_exec', { session_id: 'work', command: `echo ${once}` })).stdout,
    ).toBe('[redacted]\n');
  });

  it('leave no piece of themselves where another’s command is still at it', async () => {
    const session = connection.manager.getSession('work');
    const started = session?.exec(`echo begun; printf ${secret.slice(0, 9)}; echo of >&2; sleep 600`);
    for await (const { stream } of started ?? []) if (stream === 'stderr') break;
    const read = await call(connection.client, 'session_read_output', {
      session_id: 'work',
      command_id: started?.id,
    });
    expect(read).toMatchObject({ status: 'running', text: 'begun\n[redacted]' });
    await session?.interrupt();
  });

  it('leave no piece of themselves where the middle of an output was lost', async () => {
    // Nobody here ran it, so that the session's own memory is read, which keeps head and tail.
    const session = connection.manager.getSession('work');
    const { commandId } = (await session?.exec(`for i in $(seq 20000); do echo ${secret}; done`)) ?? {};
    const read = await call(connection.client, 'session_read_output', {
      session_id: 'work',
      command_id: commandId,
      from_line: 1,
    });
    expect(read.notes).toEqual([expect.stringMatching(/^\d+ bytes of the middle are not kept/)]);
    const { contents } = await connection.client.readResource({
      uri: `holdfast://sessions/work/commands/${commandId}/stdout`,
    });
    const [content] = contents;
    const text = content && 'text' in content ? content.text : '';
    expect(text.replaceAll('[redacted]', '').replaceAll('[…]', '').trim()).toBe('');
  });
});

describe('warnings', () => {
  it('tell the client of a kernel that died, without secrets', async () => {
    const warned = new Promise<unknown>((resolve) => {
      connection.client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) =>
        resolve(params),
      );
    });
    const { session_id } = await call(connection.client, 'session_start', { name: 'work' });
    await call(connection.client, 'session_exec', { session_id: 'work', command: 'kill -9 $$' });
    expect(await warned).toEqual({
      level: 'warning',
      logger: 'holdfast',
      data: {
        session_id,
        message: expect.stringMatching(/^bash of session work died: .*SIGKILL.* Its state is gone\.$/),
      },
    });
  });
});
