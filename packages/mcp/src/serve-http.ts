/** Serves many clients over streamable HTTP. Sessions are shared: a client that comes back finds its own. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMcpServer } from './create-mcp-server.ts';
import { createHttpClients } from './http-clients.ts';
import { createGuard, type GuardOptions, refuse } from './http-guard.ts';
import type { McpOptions } from './options.ts';
import { useManager } from './own-manager.ts';

export interface HttpOptions extends Omit<McpOptions, 'manager'>, Partial<GuardOptions> {
  /** Default: a manager of its own, which ends with the server. */
  manager?: McpOptions['manager'];
  /** Default `127.0.0.1`. */
  host?: string;
  /** Default 0: any free one. */
  port?: number;
  /** Default `/mcp`. */
  path?: string;
  /** Largest request in bytes. Default 16 MiB. */
  maxBodyBytes?: number;
  /** Clients at once; the one that was quiet for longest makes room, unless it waits for an answer. Default 100. */
  maxClients?: number;
  /** Told of what failed within the server; the client is told no more than that. Default: nobody. */
  onError?: (error: Error) => void;
}

export interface HttpService {
  /** What clients connect to: `http://127.0.0.1:4280/mcp`. */
  readonly url: string;
  readonly port: number;
  /** Ends all connections, and the sessions of an own manager. */
  close(): Promise<void>;
}

const defaultMaxBodyBytes = 16 * 1_048_576;
const defaultMaxClients = 100;
// Clients close a quiet connection a little before the server would. One that stood still meanwhile is late, and sends
// its next request, the cancellation of a call perhaps, on a connection that is gone. Node's 5 s are soon missed so.
const keepAliveMs = 75_000;

/**
 * Resolves when the server listens.
 *
 * @throws INVALID_OPTIONS where others can reach it and there is no token; what `listen` throws (`EADDRINUSE`)
 */
export const serveHttp = async (options: HttpOptions = {}): Promise<HttpService> => {
  const { host = '127.0.0.1', port = 0, path = '/mcp', maxClients = defaultMaxClients } = options;
  const guard = createGuard({ ...options, host });
  const { manager, release } = useManager(options.manager);
  const clients = createHttpClients({
    createServer: () => createMcpServer({ ...options, manager }),
    maxClients,
  });

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(guard);
  app.use(
    bodyLimit({
      maxSize: options.maxBodyBytes ?? defaultMaxBodyBytes,
      onError: () => refuse(413, 'Payload too large'),
    }),
  );
  app.on(['GET', 'POST', 'DELETE'], path, async ({ req }) => {
    if (req.method !== 'POST') return clients.handle(req.raw, undefined);
    const body = parse(await req.text());
    return body === undefined ? notJson() : clients.handle(req.raw, body);
  });
  app.all(path, () => refuse(405, 'Method not allowed', { Allow: 'GET, POST, DELETE' }));
  app.onError((error, { req }) => {
    // A client that left in the middle of its request is no fault of ours.
    if (req.raw.signal.aborted) return refuse(400, 'Bad Request: it was not sent to its end');
    options.onError?.(error);
    return refuse(500, 'Internal error');
  });
  app.notFound(() => refuse(404, `Not found: the server is at ${path}`));

  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      // Who sends a request a byte a minute holds no connection for long. Answers may take their time.
      headersTimeout: 15_000,
      requestTimeout: 60_000,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: keepAliveMs,
    },
  });
  const close = async (): Promise<void> => {
    await clients.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
    await release();
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port: bound } = server.address() as AddressInfo;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}${path}`, port: bound, close };
};

/** undefined: that is no JSON. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const notJson = (): Response =>
  Response.json(
    { jsonrpc: '2.0', error: { code: -32_700, message: 'Parse error: the body is no JSON' }, id: null },
    { status: 400 },
  );
