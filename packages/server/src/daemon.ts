/** The daemon: one process that owns a manager and serves it. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { createRedactor } from '@holdfast/tools';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from 'pino';
import { type AccessRules, tcpAccess, unixSocketAccess } from './http/access.ts';
import { createApp } from './http/app.ts';
import { createIdleWatch } from './idle-watch.ts';
import { claimSocket, listenOnPort, listenOnSocket, type SocketClaim } from './listen.ts';
import { createLogger } from './log.ts';
import { openApiDocument } from './openapi.ts';
import { createService } from './service.ts';
import { defaultSocketPath, prepareSocketFolder } from './socket-path.ts';
import { version } from './version.ts';

export interface DaemonOptions {
  /** Default: `defaultSocketPath()`, or none if `tcp` is given. */
  socketPath?: string;
  /** Listens on TCP, too; needs a `token`. Default: no. */
  tcp?: {
    /** Default `127.0.0.1`. */
    host?: string;
    /** Default 0: any that is free. */
    port?: number;
    /** Names beside the loopback's that clients may know the daemon by. */
    allowedHosts?: string[];
  };
  /** Bearer token for TCP, 16 characters at least. */
  token?: string;
  /** Where session folders go. Default: `.sessions` in each session's working directory. */
  sessionsDir?: string;
  /** The daemon's own folder. Default: beside the socket. */
  stateDir?: string;
  /** Default: none is written. `createLogger` makes one. */
  logger?: Logger;
  limits?: DaemonLimits;
  /**
   * Ends the daemon after so long with no session and no request, in milliseconds; before its first session not
   * sooner than after 30,000. Default: never.
   */
  idleShutdownMs?: number;
  /** Secrets that must not get into session folders. */
  redact?: { values?: string[]; patterns?: RegExp[] };
}

/** Times in milliseconds. */
export interface DaemonLimits {
  /** Sessions at once. Default 64. */
  maxSessions?: number;
  /** Commands that may wait in a session. Default 10,000. */
  maxQueue?: number;
  /** Default 32 MiB. */
  maxBodyBytes?: number;
  /** Output of a command that is kept for clients that drop and come back. Default 1 MiB. */
  journalBytes?: number;
  /** Default 1,024. */
  maxConnections?: number;
  /** A request's headers must be there by then. Default 10,000. */
  headersTimeoutMs?: number;
  /** A request must be there whole by then. Default 60,000. */
  requestTimeoutMs?: number;
  /** How long `close` waits for running commands. Default 2,000. */
  closeGraceMs?: number;
}

export interface Daemon {
  readonly id: string;
  readonly address: { socketPath?: string; url?: string };
  /** Resolves when it has ended, whoever ended it. */
  readonly closed: Promise<void>;
  /** Takes nothing new, waits a little for running commands, ends all sessions, answers everybody, and ends. */
  close(): Promise<void>;
}

const defaultLimits: Required<DaemonLimits> = {
  maxSessions: 64,
  maxQueue: 10_000,
  maxBodyBytes: 32 * 1024 * 1024,
  journalBytes: 1024 * 1024,
  maxConnections: 1_024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  closeGraceMs: 2_000,
};

// Clients keep connections open between commands.
const keepAliveMs = 60_000;

/** @throws DAEMON_RUNNING, INVALID_OPTIONS */
export const startDaemon = async (options: DaemonOptions = {}): Promise<Daemon> => {
  const limits = { ...defaultLimits, ...options.limits };
  const logger = options.logger ?? createLogger({ level: 'silent' });
  const { tcp, token } = options;
  const socketPath = options.socketPath ?? (tcp ? undefined : defaultSocketPath());
  const tcpRules = tcp && tcpAccess(token, [tcp.host ?? '127.0.0.1', ...(tcp.allowedHosts ?? [])]);
  const id = randomUUID();
  const startedAt = new Date();
  const closing = new AbortController();
  const servers: Server[] = [];
  const address: { socketPath?: string; url?: string } = {};
  let claim: SocketClaim | undefined;
  let ending: Promise<void> | undefined;
  let announceClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolveClosed) => {
    announceClosed = resolveClosed;
  });

  if (socketPath) {
    prepareSocketFolder(socketPath);
    claim = await claimSocket(resolve(socketPath));
  }
  try {
    const { house, metrics } = createService({
      logger,
      stateDir: options.stateDir ?? stateDirOf(socketPath, tcp?.port),
      sessionsDir: options.sessionsDir && resolve(options.sessionsDir),
      ...limits,
      redact: createRedactor(options.redact ?? {}).redact,
      onSessionsChanged: () => idle.look(),
    });
    const close = (): Promise<void> => {
      ending ??= end();
      return ending;
    };
    const idle = createIdleWatch(
      options.idleShutdownMs,
      () => house.size > 0,
      () => {
        logger.info('nobody needs this daemon: it ends');
        void close();
      },
    );
    const end = async (): Promise<void> => {
      logger.info('closing');
      idle.stop();
      const shut = servers.map((server) => closeServer(server));
      await Promise.race([house.settled(), timeIsUp(limits.closeGraceMs)]);
      await house.close();
      closing.abort();
      for (const server of servers) server.closeIdleConnections();
      await Promise.race([Promise.all(shut), timeIsUp(lastAnswersMs)]);
      for (const server of servers) server.closeAllConnections();
      await Promise.all(shut);
      claim?.release();
      logger.info('closed');
      announceClosed();
    };
    const open = (access: AccessRules): Server => {
      const app = createApp({
        house,
        metrics,
        daemonId: id,
        version,
        startedAt,
        access,
        logger,
        maxBodyBytes: limits.maxBodyBytes,
        closing: closing.signal,
        isClosing: () => ending !== undefined,
        openApi: () => openApiDocument(version),
        shutDown: () => void close(),
        // Who only listens does not keep the daemon alive.
        onRequest: (name) => (name === 'events' ? () => undefined : idle.begin()),
      });
      const server = createServer(
        {
          headersTimeout: limits.headersTimeoutMs,
          requestTimeout: limits.requestTimeoutMs,
          connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5_000),
          keepAliveTimeout: keepAliveMs,
        },
        getRequestListener(app.fetch, { overrideGlobalObjects: false }),
      );
      server.maxConnections = limits.maxConnections;
      servers.push(server);
      return server;
    };

    if (socketPath) {
      await listenOnSocket(open(unixSocketAccess), resolve(socketPath));
      address.socketPath = resolve(socketPath);
    }
    if (tcp && tcpRules) {
      address.url = await listenOnPort(open(tcpRules), tcp.host ?? '127.0.0.1', tcp.port ?? 0);
    }
    idle.look();
    logger.info({ ...address, version }, 'listening');
    return { id, address, closed, close };
  } catch (error) {
    for (const server of servers) server.close();
    claim?.release();
    throw error;
  }
};

// Answers are written by then, or their reader does not read.
const lastAnswersMs = 1_000;

/** What came in while the process stood still is looked at first: Node puts timers before it. */
const timeIsUp = async (ms: number): Promise<void> => {
  await delay(ms, undefined, { ref: false });
  await nextTurn();
};

const stateDirOf = (socketPath: string | undefined, port: number | undefined): string =>
  socketPath ? `${resolve(socketPath)}.state` : join(dirname(defaultSocketPath()), `tcp-${port ?? 0}.state`);

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolveClosed) => {
    server.close(() => resolveClosed());
  });
