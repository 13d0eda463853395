/** Serves one client over standard input and output, as most desktop clients start servers. */
import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createMcpServer } from './create-mcp-server.ts';
import type { McpOptions } from './options.ts';
import { useManager } from './own-manager.ts';

export interface StdioOptions extends Omit<McpOptions, 'manager'> {
  /** Default: a manager of its own, which ends with the connection. */
  manager?: McpOptions['manager'];
  /** Largest message in bytes. Default 64 MiB. */
  maxMessageBytes?: number;
  /** Default: those of the process. Nothing else may write to the output. */
  input?: Readable;
  output?: Writable;
}

export interface StdioService {
  /** The client has gone, or `close` was called; sessions of an own manager have ended. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

const defaultMaxMessageBytes = 64 * 1_048_576;

/** Resolves when the server listens. */
export const serveStdio = async (options: StdioOptions = {}): Promise<StdioService> => {
  const { input = process.stdin, output = process.stdout, maxMessageBytes, ...rest } = options;
  const { manager, release } = useManager(options.manager);
  const server = createMcpServer({ ...rest, manager });
  let closing: Promise<void> | undefined;
  let settle: (closing: Promise<void>) => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const close = (): Promise<void> => {
    closing ??= server.close().then(release);
    settle(closing);
    return closing;
  };
  const maxBufferSize = maxMessageBytes ?? defaultMaxMessageBytes;
  await server.connect(new StdioServerTransport(input, output, { maxBufferSize }));
  const endOfServer = server.server.onclose;
  server.server.onclose = () => {
    endOfServer?.();
    void close();
  };
  // The SDK's transport does not look: a client that goes closes our input, or no longer reads our output.
  input.once('end', () => void close());
  input.once('close', () => void close());
  output.once('error', () => void close());
  return { closed, close };
};
