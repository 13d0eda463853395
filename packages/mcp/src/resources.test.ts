import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, call, connect } from './testing/connect.ts';

let connection: Connection;
let id: string;

beforeEach(async () => {
  connection = await connect();
  const started = await call(connection.client, 'session_start', { name: 'work' });
  id = String(started.session_id);
});
afterEach(() => connection[Symbol.asyncDispose]());

const read = async (uri: string): Promise<string> => {
  const { contents } = await connection.client.readResource({ uri });
  const [first] = contents;
  return first && 'text' in first ? first.text : '';
};

const exec = (command: string) => call(connection.client, 'session_exec', { session_id: 'work', command });

describe('resources', () => {
  it('are the sessions, their histories and outputs', async () => {
    const { command_id } = await exec('echo out; echo err >&2');
    const { resources } = await connection.client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      'holdfast://sessions',
      `holdfast://sessions/${id}/history`,
    ]);
    const { resourceTemplates } = await connection.client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'holdfast://sessions/{session_id}/history',
      'holdfast://sessions/{session_id}/commands/{command_id}/{stream}',
    ]);
    expect(JSON.parse(await read('holdfast://sessions'))).toMatchObject({
      sessions: [{ session_id: id, name: 'work' }],
    });
    expect(JSON.parse(await read(`holdfast://sessions/${id}/history`))).toMatchObject({
      session_id: id,
      entries: [{ command_id, command: 'echo out; echo err >&2' }],
    });
    expect(await read(`holdfast://sessions/work/commands/${command_id}/stdout`)).toBe('out\n');
    expect(await read(`holdfast://sessions/${id}/commands/${command_id}/stderr`)).toBe('err\n');
  });

  it('complete their addresses', async () => {
    const { command_id } = await exec('true');
    const complete = async (name: string, value: string) => {
      const { completion } = await connection.client.complete({
        ref: { type: 'ref/resource', uri: 'holdfast://sessions/{session_id}/commands/{command_id}/{stream}' },
        argument: { name, value },
        context: { arguments: { session_id: id } },
      });
      return completion.values;
    };
    expect(await complete('session_id', 'sess_')).toEqual([id]);
    expect(await complete('command_id', 'cmd_')).toEqual([command_id]);
    expect(await complete('stream', 'late')).toEqual(['late_stdout', 'late_stderr']);
  });

  it('that are not there are told by the protocol’s own code', async () => {
    await expect(read('holdfast://sessions/nowhere/history')).rejects.toMatchObject({ code: -32_002 });
    const { command_id } = await exec('true');
    await expect(read(`holdfast://sessions/work/commands/cmd_none/stdout`)).rejects.toMatchObject({
      code: -32_002,
    });
    await expect(read(`holdfast://sessions/work/commands/${command_id}/stdin`)).rejects.toMatchObject({
      code: -32_002,
    });
  });
});

describe('subscriptions', () => {
  /** Resolves when the server has told of every one of them. */
  const updatesOf = (...uris: string[]): Promise<void> =>
    new Promise((resolve) => {
      const missing = new Set(uris);
      connection.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
        missing.delete(params.uri);
        if (missing.size === 0) resolve();
      });
    });

  it('tell of sessions, histories, and of output as it comes', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'holdfast-mcp-'));
    try {
      const fifo = join(dir, 'go');
      await exec(`mkfifo ${fifo}`);
      const { command_id } = await exec(`(read -r _ < ${fifo}; echo late) &`);
      const late = `holdfast://sessions/work/commands/${command_id}/late_stdout`;
      const history = `holdfast://sessions/${id}/history`;
      for (const uri of ['holdfast://sessions', history, late])
        await connection.client.subscribeResource({ uri });
      const updates = updatesOf('holdfast://sessions', history, late);
      writeFileSync(fifo, 'go\n');
      await exec('true');
      await updates;
      expect(await read(late)).toBe('late\n');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('are silent about what is no longer watched', async () => {
    const told: string[] = [];
    const [first, second] = [`holdfast://sessions/${id}/history`, 'holdfast://sessions/work/history'];
    await connection.client.subscribeResource({ uri: first });
    await connection.client.subscribeResource({ uri: second });
    await connection.client.unsubscribeResource({ uri: first });
    const seen = new Promise<void>((resolve) => {
      connection.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
        told.push(params.uri);
        resolve();
      });
    });
    await exec('true');
    await seen;
    expect(told).toEqual([second]);
  });

  it('tell that there are other sessions now', async () => {
    const changed = new Promise<void>((resolve) => {
      connection.client.setNotificationHandler(ResourceListChangedNotificationSchema, () => resolve());
    });
    await call(connection.client, 'session_end', { session_id: 'work' });
    await changed;
    const { resources } = await connection.client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(['holdfast://sessions']);
  });
});

describe('the prompt', () => {
  it('teaches the workflow and gives the task', async () => {
    const { prompts } = await connection.client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['work_in_session']);
    const { tools } = await connection.client.listTools();
    const get = async (args: Record<string, string>) => {
      const { messages } = await connection.client.getPrompt({ name: 'work_in_session', arguments: args });
      const [{ content } = { content: undefined }] = messages;
      return content?.type === 'text' ? content.text : '';
    };
    const text = await get({ task: 'Count the lines.' });
    expect(text.endsWith('\n\nThe task: Count the lines.')).toBe(true);
    expect(await get({})).toBe(text.slice(0, text.indexOf('\n\nThe task:')));
    // Whatever it names exists.
    const named = new Set(text.match(/\bsession_[a-z_]*[a-z]\b/g));
    const known = new Set(['session_id', ...tools.map(({ name }) => name)]);
    expect([...named].filter((name) => !known.has(name))).toEqual([]);
    expect(named.size).toBeGreaterThan(6);
  });
});
