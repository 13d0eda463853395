/** The daemon's sessions: opens, finds, lists and ends them; knows which ended and which were lost. */
import { resolve } from 'node:path';
import {
  isSessionId,
  type LostSession,
  type RuntimeSessionManager,
  type SessionConfig,
  type SessionEvent,
  type SessionId,
  type SessionMessage,
  SessionNotFoundError,
  type SessionStatus,
  SessionTerminatedError,
  type TerminationReason,
} from '@holdfast/protocol';
import type { SessionFolder } from '../files/session-folder.ts';
import { createEventFeed, type EventFeed } from './event-feed.ts';
import { type CommandWatcher, type FolderFacts, type ServedSession, serveSession } from './served-session.ts';

export interface SessionHouse {
  readonly feed: EventFeed;
  readonly lost: readonly LostSession[];
  readonly size: number;
  open(request: OpenRequest): { served: ServedSession; created: boolean };
  /** By session id or workspace id. @throws SESSION_NOT_FOUND, SESSION_TERMINATED */
  find(name: string): ServedSession;
  /** False if there is none. */
  terminate(name: string): Promise<boolean>;
  terminateAll(): Promise<number>;
  list(): SessionMessage[];
  /** As of now, with the number of the last event; undefined if there never was such a session. */
  stateOf(name: string): SessionState | undefined;
  /** Resolves when no command is without an answer. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface SessionState {
  event: number;
  status: SessionStatus;
  queueLength: number;
}

export interface OpenRequest {
  workspaceId?: string | undefined;
  sessionId?: string | undefined;
  config?: SessionConfig | undefined;
}

export interface SessionHouseOptions {
  /** @param nameOf - asked for the id of each new session */
  createManager(nameOf: (workspaceId: string) => SessionId): RuntimeSessionManager;
  newSessionId(): SessionId;
  /** Keeps what a client asks for within the daemon's limits. */
  limit(config: SessionConfig): SessionConfig;
  journalBytes: number;
  watcher: CommandWatcher;
  redact(text: string): string;
  openFolder(
    sessionId: SessionId,
    workspaceId: string,
    cwd: string,
    facts: FolderFacts,
  ): SessionFolder | undefined;
  onEvent(event: SessionEvent): void;
  /** Its folder is closed, nothing of it is left. */
  onEnded(sessionId: SessionId): void;
  lost: readonly LostSession[];
}

const keptEnded = 1_000;

export const createSessionHouse = (options: SessionHouseOptions): SessionHouse => {
  const { createManager, newSessionId, lost } = options;
  const byId = new Map<SessionId, ServedSession>();
  /** Sessions that have ended: whoever still names one is told so. */
  const ended = new Map<string, { reason: TerminationReason; workspaceId: string }>();
  const feed = createEventFeed();
  const closings = new Set<Promise<void>>();
  const proposed = new Map<string, SessionId>();
  const manager = createManager((workspaceId) => proposed.get(workspaceId) ?? newSessionId());

  manager.subscribe((event) => {
    const served = byId.get(event.sessionId);
    served?.takeEvent(event);
    options.onEvent(event);
    feed.push(event);
    if (event.type === 'session-terminated') forget(event.sessionId, event.workspaceId, event.reason);
  });
  const forget = (id: SessionId, workspaceId: string, reason: TerminationReason): void => {
    ended.set(id, { reason, workspaceId });
    if (ended.size > keptEnded) ended.delete(ended.keys().next().value ?? '');
    const closing = byId.get(id)?.close() ?? Promise.resolve();
    byId.delete(id);
    const done = closing.then(() => {
      options.onEnded(id);
      closings.delete(done);
    });
    closings.add(done);
  };

  const open = ({ workspaceId: name, sessionId, config: given }: OpenRequest) => {
    const id = sessionId as SessionId | undefined;
    // An answer that was lost on its way is asked for again.
    const again = id && byId.get(id);
    if (again) return { served: again, created: false };
    if (id && ended.has(id)) throw terminatedError(id, ended.get(id));
    const fresh = id ?? newSessionId();
    const workspaceId = name ?? fresh.slice('sess_'.length);
    const existing = manager.getSession(workspaceId);
    const known = existing && byId.get(existing.id);
    if (known) return { served: known, created: false };
    const config = options.limit(given ?? {});
    proposed.set(workspaceId, fresh);
    try {
      const session = manager.getOrCreateSession(workspaceId, config);
      const served = serveSession({
        session,
        config,
        language: config.language ?? 'bash',
        journalBytes: options.journalBytes,
        watcher: options.watcher,
        redact: options.redact,
      });
      byId.set(session.id, served);
      const cwd = resolve(config.cwd ?? process.cwd());
      served.attachFolder((facts) => options.openFolder(session.id, workspaceId, cwd, facts));
      return { served, created: true };
    } finally {
      proposed.delete(workspaceId);
    }
  };
  const look = (name: string): ServedSession | undefined => {
    const id = isSessionId(name) ? name : manager.getSession(name)?.id;
    return id && byId.get(id);
  };

  return {
    feed,
    lost,
    get size() {
      return byId.size;
    },
    open,
    find(name) {
      const served = look(name);
      if (served) return served;
      const past = ended.get(name);
      if (past) throw terminatedError(name, past);
      throw notFoundError(name, findLost(lost, name));
    },
    async terminate(name) {
      const served = look(name);
      if (!served) return false;
      await served.session.terminate();
      // Whoever asked finds its files complete.
      await Promise.all(closings);
      return true;
    },
    async terminateAll() {
      const count = byId.size;
      await manager.terminateAll();
      await Promise.all(closings);
      return count;
    },
    stateOf(name) {
      const session = look(name)?.session;
      if (session) return { event: feed.last, status: session.status, queueLength: session.queueLength };
      return ended.has(name) ? { event: feed.last, status: 'terminated', queueLength: 0 } : undefined;
    },
    list: () => [...byId.values()].map((served) => served.describe()),
    async settled() {
      await Promise.all([...byId.values()].map((served) => served.settled()));
    },
    async close() {
      await manager[Symbol.asyncDispose]();
      await Promise.all(closings);
    },
  };
};

/** The last one of that name: a workspace may have lost several. */
const findLost = (lost: readonly LostSession[], name: string): LostSession | undefined =>
  lost.findLast(({ sessionId, workspaceId }) => sessionId === name || workspaceId === name);

const terminatedError = (
  name: string,
  past: { reason: TerminationReason; workspaceId: string } | undefined,
): SessionTerminatedError =>
  new SessionTerminatedError(`Session ${name} has ended (${past?.reason}). Start a new one.`, {
    data: { sessionId: name, ...past },
  });

const notFoundError = (name: string, lost: LostSession | undefined): SessionNotFoundError => {
  if (!lost) {
    return new SessionNotFoundError(`Session not found: ${name}. It has ended, or there never was one.`, {
      data: { session: name },
    });
  }
  const commands = lost.commands.map(({ commandId }) => commandId);
  const running = commands.length > 0 ? `, with ${commands.join(', ')}` : '';
  return new SessionNotFoundError(
    `Session not found: ${name} was lost when the daemon was killed${running}. Start a new one. What it did is in ${lost.folder}.`,
    { data: { session: name, lost } },
  );
};
