/** Finds sessions by id or name, makes new ones, and remembers why the last ones ended. */
import { randomUUID } from 'node:crypto';
import type { RuntimeSession, RuntimeSessionManager, SessionConfig, SessionEvent } from '@holdfast/protocol';
import type { OutputStore } from './output-store.ts';
import { ToolError } from './tool-error.ts';

export interface SessionDirectory {
  /** The live session of that name, or a new one. @throws SESSION_LIMIT, INVALID_OPTIONS */
  open(name: string | undefined, config: SessionConfig): { session: RuntimeSession; created: boolean };
  /** By id or by name. @throws SESSION_NOT_FOUND */
  find(reference: string): RuntimeSession;
  list(): RuntimeSession[];
  close(): void;
}

const maxRemembered = 200;

export const createSessionDirectory = (
  manager: RuntimeSessionManager,
  outputs: OutputStore,
): SessionDirectory => {
  /** By id and by name; the oldest are forgotten first. */
  const ended = new Map<string, string>();
  const remember = (key: string, why: string): void => {
    ended.delete(key);
    ended.set(key, why);
    const oldest = ended.keys().next().value;
    if (ended.size > maxRemembered && oldest !== undefined) ended.delete(oldest);
  };
  const unsubscribe = manager.on('session-terminated', (event) => {
    const why = describeEnd(event);
    outputs.forget(event.sessionId);
    remember(event.sessionId, why);
    remember(event.workspaceId, why);
  });

  return {
    open(name = `session-${randomUUID().slice(0, 8)}`, config) {
      const live = manager.getSession(name);
      if (live) return { session: live, created: false };
      return { session: manager.getOrCreateSession(name, config), created: true };
    },
    find(reference) {
      const sessions = manager.getActiveSessions();
      const session =
        sessions.find(({ id }) => id === reference) ??
        sessions.find(({ workspaceId }) => workspaceId === reference);
      if (session) return session;
      throw new ToolError('SESSION_NOT_FOUND', describeAbsence(reference, ended.get(reference), sessions));
    },
    list: () => manager.getActiveSessions(),
    close: unsubscribe,
  };
};

const describeEnd = ({ reason, message }: Extract<SessionEvent, { type: 'session-terminated' }>): string =>
  ({
    requested: 'it was ended',
    'idle-timeout': 'it ended because nothing was run in it for long',
    'spawn-failed': `its language could not be started${message ? ` (${message})` : ''}`,
    'thread-died': `it crashed${message ? ` (${message})` : ''}`,
    'manager-closed': 'its host shut down',
    'daemon-lost': 'the daemon that held it was lost',
  })[reason];

const describeAbsence = (
  reference: string,
  why: string | undefined,
  sessions: readonly RuntimeSession[],
): string => {
  const live = sessions.map(({ id, workspaceId }) => `${id} (${workspaceId})`).join(', ');
  const cause = why === undefined ? 'never known here, or ended long ago' : why;
  return `Session ${reference} is not live: ${cause}. Start one with session_start. Live now: ${live || 'none'}.`;
};
