/** A daemon's sessions with the interface of a local manager. */
import { resolve } from 'node:path';
import {
  createSessionId,
  InvalidOptionsError,
  type RuntimeSessionManager,
  type SessionConfig,
  type SessionEvent,
  type SessionId,
  type SessionMessage,
  sessionConfigSchema,
  type TerminationReason,
  workspaceIdSchema,
} from '@holdfast/protocol';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { createDaemonFeed } from './daemon-feed.ts';
import {
  createRemoteSession,
  type Opened,
  type RemoteSession,
  type RemoteSessionControl,
} from './remote-session.ts';
import { stateOfHeaders } from './session-state.ts';

/**
 * The sessions of a daemon, shared with its other clients.
 *
 * What it tells without asking (`getSession`, `getActiveSessions`, `getSessionCount`) is as of the
 * daemon's last event; `connect` waits for the first. Disposing of it ends the connection: the sessions
 * live on. `terminateAll` ends all of the daemon's sessions.
 */
export interface RemoteSessionManager extends RuntimeSessionManager {
  /** Sessions that are there are known once it resolves. @throws DAEMON_UNREACHABLE, ACCESS_REFUSED */
  connect(): Promise<void>;
  /** @throws INVALID_OPTIONS; what the daemon itself refuses, the session's `opened` and first command tell */
  getOrCreateSession(workspaceId: string, config?: SessionConfig): RemoteSession;
  getSession(workspaceId: string): RemoteSession | null;
  getActiveSessions(): RemoteSession[];
}

/** Nothing is connected before the first use. @throws INVALID_OPTIONS */
export const createRemoteSessionManager = (options: ConnectionOptions): RemoteSessionManager => {
  const connection = createConnection(options);
  const sessions = new Map<string, RemoteSessionControl>();
  const listeners = new Set<(event: SessionEvent) => void>();
  let listened = 0;
  // A program that listens to events is not over. Without listeners, the feed's own connection keeps nothing alive.
  let keepAlive: NodeJS.Timeout | undefined;

  const publish = (event: SessionEvent, number: number): void => {
    const control = sessions.get(event.workspaceId);
    if (event.type === 'session-opened' && !isOf(control, event.sessionId)) return adopt(event);
    if (isOf(control, event.sessionId)) control?.takeEvent(event, number);
    for (const listener of listeners) listener(event);
    if (event.type === 'session-terminated' && isOf(control, event.sessionId))
      sessions.delete(event.workspaceId);
  };
  /** A session that somebody else has started. */
  const adopt = (event: SessionEvent): void => {
    const current = sessions.get(event.workspaceId);
    // Our own, which the daemon knows by the id of another client's: it will learn of it by its answer.
    if (!current?.handle.isAlive()) add(event.workspaceId, event.sessionId, () => describe(event.sessionId));
    for (const listener of listeners) listener(event);
  };
  const describe = async (id: SessionId): Promise<Opened> => {
    let event = 0;
    const message = await connection.call('getSession', {
      params: { session: id },
      onAnswer: (headers) => {
        event = stateOfHeaders(headers)?.event ?? 0;
      },
    });
    return { message, event };
  };
  const takeSessions = (messages: SessionMessage[], isOther: boolean, number: number): void => {
    const alive = new Map(messages.map((message) => [message.sessionId as string, message]));
    for (const { handle } of sessions.values()) {
      // One that is being opened may not be there yet.
      if (handle.status !== 'spawning' && !alive.has(handle.id)) {
        publish(endOf(handle, isOther ? 'manager-closed' : 'requested', isOther), number);
      }
    }
    for (const message of messages) {
      const { workspaceId, sessionId } = message;
      const known = sessions.get(workspaceId);
      if (isOf(known, sessionId)) known?.takeMessage(message, number);
      else if (!known) add(workspaceId, sessionId, async () => ({ message, event: number }));
    }
  };
  const feed = createDaemonFeed({
    connection,
    onSessions: takeSessions,
    onEvent: publish,
    onGone() {
      for (const { handle } of [...sessions.values()])
        publish(endOf(handle, 'manager-closed', true), feed.seen);
    },
  });
  const changeListeners = (change: 1 | -1): void => {
    listened += change;
    if (listened > 0) keepAlive ??= setInterval(() => undefined, longestTimerMs);
    else {
      clearInterval(keepAlive);
      keepAlive = undefined;
    }
    if (listened > 0) void feed.connect().catch(() => undefined);
  };

  const add = (
    workspaceId: string,
    id: SessionId,
    open: () => Promise<Opened>,
    config: SessionConfig = {},
  ): RemoteSession => {
    const control: RemoteSessionControl = createRemoteSession({
      connection,
      workspaceId,
      id,
      language: config.language ?? 'bash',
      open,
      ready: async (hasListeners) => {
        // That it can not be connected is told by the command itself.
        if (hasListeners || listeners.size > 0) await feed.connect().catch(() => undefined);
      },
      reached: (event) => feed.reached(event),
      isListened: () => listeners.size > 0,
      onListeners: changeListeners,
      onGone() {
        if (sessions.get(workspaceId) === control) sessions.delete(workspaceId);
      },
    });
    sessions.set(workspaceId, control);
    return control.handle;
  };
  const live = (workspaceId: string): RemoteSession | undefined => {
    const handle = sessions.get(workspaceId)?.handle;
    return handle?.isAlive() ? handle : undefined;
  };
  const getOrCreateSession = (workspaceId: string, given: SessionConfig = {}): RemoteSession => {
    const existing = live(workspaceId);
    if (existing) return existing;
    assertValid(workspaceId, given);
    void feed.connect().catch(() => undefined);
    // Over a socket the daemon sees the files that this program sees: the default is this one's, not the daemon's.
    const config = options.socketPath === undefined ? given : { ...given, cwd: resolve(given.cwd ?? '.') };
    const sessionId = createSessionId();
    const open = async (): Promise<Opened> => {
      let event = 0;
      const { session } = await connection.call('openSession', {
        body: { workspaceId, sessionId, config },
        onAnswer: (headers) => {
          event = stateOfHeaders(headers)?.event ?? 0;
        },
      });
      return { message: session, event };
    };
    return add(workspaceId, sessionId, open, config);
  };
  const activeSessions = (): RemoteSession[] =>
    [...sessions.values()].map(({ handle }) => handle).filter((handle) => handle.isAlive());
  const subscribe = (listener: (event: SessionEvent) => void): (() => void) => {
    listeners.add(listener);
    changeListeners(1);
    return () => {
      if (listeners.delete(listener)) changeListeners(-1);
    };
  };

  return {
    connect: () => feed.connect(),
    getOrCreateSession,
    getSession: (workspaceId) => live(workspaceId) ?? null,
    async terminateSession(workspaceId) {
      const session = live(workspaceId);
      // What is being opened is ended once it is.
      await session?.opened.catch(() => undefined);
      const { terminated } = await connection.call('terminateSession', { params: { session: workspaceId } });
      if (session?.isAlive()) await session.terminate();
      return terminated;
    },
    async terminateAll() {
      await Promise.allSettled(activeSessions().map(({ opened }) => opened));
      await connection.call('terminateAll');
      for (const { handle } of [...sessions.values()]) publish(endOf(handle, 'requested', false), feed.seen);
    },
    getActiveSessions: activeSessions,
    getSessionCount: () => activeSessions().length,
    on: (type, listener) =>
      subscribe((event) => {
        if (event.type === type) listener(event as Parameters<typeof listener>[0]);
      }),
    subscribe,
    async [Symbol.asyncDispose]() {
      clearInterval(keepAlive);
      feed.close();
      connection.close();
    },
  };
};

// As long as a timer can be: it is there to be there.
const longestTimerMs = 2 ** 31 - 1;

const isOf = (control: RemoteSessionControl | undefined, id: SessionId): boolean => control?.handle.id === id;

const endOf = (
  { id, workspaceId }: RemoteSession,
  reason: TerminationReason,
  isDaemonGone: boolean,
): SessionEvent => ({
  type: 'session-terminated',
  sessionId: id,
  workspaceId,
  reason,
  ...(isDaemonGone ? { message: 'the daemon that held it is gone' } : {}),
});

const assertValid = (workspaceId: string, config: SessionConfig): void => {
  const checks = [workspaceIdSchema.safeParse(workspaceId), sessionConfigSchema.safeParse(config)];
  const problems = checks.flatMap(({ error }) =>
    (error?.issues ?? []).map(({ path, message }) => `${path.join('.') || 'workspaceId'}: ${message}`),
  );
  if (problems.length === 0) return;
  throw new InvalidOptionsError(`Session ${workspaceId} can not be opened: ${problems.join('; ')}`, {
    data: { workspaceId, problems },
  });
};
