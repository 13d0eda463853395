/** The MCP sessions of an HTTP server: one server and one transport for each client. */
import { randomUUID } from 'node:crypto';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import {
  type InitializeRequest,
  isInitializeRequest,
  LATEST_PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js';
import { watchRequests } from './busy-transport.ts';
import { createEventStore } from './event-store.ts';
import { refuse } from './http-guard.ts';

export interface HttpClientsOptions {
  createServer: () => McpServer;
  /** Clients at once; the one that was quiet for longest makes room, unless it waits for an answer. */
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
  protocolVersion: string;
  isBusy: () => boolean;
}

// How long a client waits before it takes up a broken stream again.
const retryInterval = 1_000;

export const createHttpClients = ({ createServer, maxClients }: HttpClientsOptions): HttpClients => {
  /** The quietest first. */
  const clients = new Map<string, Client>();
  const open = async ({ params }: InitializeRequest): Promise<Client> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        clients.set(id, client);
      },
      eventStore: createEventStore(),
      retryInterval,
    });
    const server = createServer();
    await server.connect(transport);
    const client: Client = {
      server,
      transport,
      protocolVersion: agreedVersion(params.protocolVersion),
      isBusy: watchRequests(transport),
    };
    const endOfServer = server.server.onclose;
    server.server.onclose = () => {
      endOfServer?.();
      if (transport.sessionId !== undefined) clients.delete(transport.sessionId);
    };
    return client;
  };
  /** False: all of them wait for answers. */
  const makeRoom = async (): Promise<boolean> => {
    if (clients.size < maxClients) return true;
    const quietest = [...clients.values()].find(({ isBusy }) => !isBusy());
    await quietest?.server.close();
    return quietest !== undefined;
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
        return client.transport.handleRequest(withVersion(request, client), { parsedBody: body });
      }
      if (request.method !== 'POST' || !isInitializeRequest(body)) {
        return refuse(400, 'Bad Request: Mcp-Session-Id header is required');
      }
      if (!(await makeRoom())) {
        return refuse(503, 'Too many clients: all of them wait for answers', { 'Retry-After': '10' });
      }
      const client = await open(body);
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

/** What the SDK answers to an `initialize`. */
const agreedVersion = (asked: string): string =>
  SUPPORTED_PROTOCOL_VERSIONS.includes(asked) ? asked : LATEST_PROTOCOL_VERSION;

const versionHeader = 'mcp-protocol-version';

/**
 * Whether a stream can be resumed follows from what was agreed, not from what a request says of itself. Versions
 * that do not exist are left for the transport to refuse.
 */
const withVersion = (request: Request, { protocolVersion }: Client): Request => {
  const said = request.headers.get(versionHeader);
  if (said === protocolVersion || (said !== null && !SUPPORTED_PROTOCOL_VERSIONS.includes(said)))
    return request;
  const headers = new Headers(request.headers);
  headers.set(versionHeader, protocolVersion);
  // Its body has been read.
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
};
