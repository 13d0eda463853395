/** A client of the official SDK on a server of this package, in one process. */

import type { RuntimeSessionManager } from '@holdfast/protocol';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import { type CallToolResult, CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { createSessionManager } from 'holdfast';
import { createMcpServer } from '../create-mcp-server.ts';
import type { McpOptions } from '../options.ts';

export interface Connection extends AsyncDisposable {
  client: Client;
  manager: RuntimeSessionManager;
}

/** The manager is the connection's own, if none is given. */
export const connect = async (options: Partial<McpOptions> = {}): Promise<Connection> => {
  const manager = options.manager ?? createSessionManager();
  const server = createMcpServer({ ...options, manager });
  const client = new Client({ name: 'test', version: '1.0.0' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  return {
    client,
    manager,
    async [Symbol.asyncDispose]() {
      await client.close();
      if (!options.manager) await manager[Symbol.asyncDispose]();
    },
  };
};

/** The answer's facts. @throws with the answer's words where it is an error */
export const call = async (
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
  options?: RequestOptions,
): Promise<Record<string, unknown>> => {
  const result = await callRaw(client, name, args, options);
  if (result.isError || !result.structuredContent) throw new Error(wordsOf(result));
  return result.structuredContent;
};

export const callRaw = async (
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
  options?: RequestOptions,
): Promise<CallToolResult> =>
  CallToolResultSchema.parse(await client.callTool({ name, arguments: args }, undefined, options));

export const wordsOf = ({ content }: CallToolResult): string =>
  content.map((block) => (block.type === 'text' ? block.text : `<${block.type}>`)).join('');
