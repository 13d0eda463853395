/** All that a client can ask of a server, once: for each transport. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { expect } from 'vitest';
import { call } from './connect.ts';

/** Lists the tools and calls each of them. The server works in `/`, and is told to redact `SECRET`. */
export const useEveryTool = async (client: Client): Promise<void> => {
  const { tools } = await client.listTools();
  const called = new Set<string>();
  const use = (name: string, args: Record<string, unknown>) => {
    called.add(name);
    return call(client, name, args);
  };
  const { session_id } = await use('session_start', { name: 'work', env: { SECRET: 'hunter2!' } });
  const { command_id } = await use('session_exec', { session_id, command: 'pwd; echo $SECRET' });
  expect(await use('session_read_output', { session_id, command_id })).toMatchObject({
    text: '/\n[redacted]\n',
  });
  expect(await use('session_eval', { session_id, code: '1 + 1' })).toMatchObject({ result: '2' });
  expect(await use('session_state', { session_id })).toMatchObject({ working_dir: '/' });
  expect(await use('session_history', { session_id })).toMatchObject({ entries: [{ command_id }, {}] });
  expect(await use('session_interrupt', { session_id })).toMatchObject({ answer: 'idle' });
  expect(await use('session_reset', { session_id })).toMatchObject({ status: 'idle' });
  expect(await use('session_list', {})).toMatchObject({ sessions: [{ session_id, name: 'work' }] });
  expect(await use('session_end', { session_id })).toMatchObject({ ended: true });
  expect([...called].sort()).toEqual(tools.map(({ name }) => name).sort());
};
