/** The MCP sessions of an HTTP server: one server and one transport for each client. */
import { randomUUID } from 'node:crypto';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import { createEventStore } from './event-store.ts';
import { refuse } from './http-guard.ts';

export interface HttpClientsOptions {
  createServer: () => McpServer;
  /** Clients at once; the one that was quiet for longest makes room. */
  maxClients: number;
}

export interface HttpClients {
  /** @param body - of a POST, parsed */
  handle(request: Request, body: unknown): Promise<Response>;
  count(): number;
  close(): Promise<void>;
}

interface Client {
  server: McpServer;
  transport: WebStandardStreamableHTTPServerTransport;
}

// How long a client waits before it takes up a broken stream again.
const retryInterval = 1_000;

export const createHttpClients = ({ createServer, maxClients }: HttpClientsOptions): HttpClients => {
  /** The quietest first. */
  const clients = new Map<string, Client>();
  const open = async (): Promise<Client> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        clients.set(id, client);
      },
      eventStore: createEventStore(),
      retryInterval,
    });
    const client = { server: createServer(), transport };
    await client.server.connect(transport);
    const endOfServer = client.server.server.onclose;
    client.server.server.onclose = () => {
      endOfServer?.();
      if (transport.sessionId !== undefined) clients.delete(transport.sessionId);
    };
    return client;
  };
  const makeRoom = async (): Promise<void> => {
    const quietest = clients.values().next().value;
    if (clients.size >= maxClients && quietest) await quietest.server.close();
  };

  return {
    async handle(request, body) {
      const id = request.headers.get('mcp-session-id');
      if (id !== null) {
        const client = clients.get(id);
        // Clients begin anew on this answer, as the protocol has it.
        if (!client) return refuse(404, 'Session not found');
        clients.delete(id);
        clients.set(id, client);
        return client.transport.handleRequest(request, { parsedBody: body });
      }
      if (request.method !== 'POST' || !isInitializeRequest(body)) {
        return refuse(400, 'Bad Request: Mcp-Session-Id header is required');
      }
      await makeRoom();
      const client = await open();
      const response = await client.transport.handleRequest(request, { parsedBody: body });
      // Refused, for instance for its Accept header.
      if (client.transport.sessionId === undefined) await client.server.close();
      return response;
    },
    count: () => clients.size,
    async close() {
      await Promise.all([...clients.values()].map(({ server }) => server.close()));
    },
  };
};
