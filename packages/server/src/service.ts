/** What the daemon serves, without its doors: sessions with their files, figures, spans and log. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSessionId, type LostSession, type SessionEvent, type SessionId } from '@holdfast/protocol';
import type { Span } from '@opentelemetry/api';
import { createSessionManager } from 'holdfast';
import type { Logger } from 'pino';
import { openSessionFolder, type SessionFolder } from './files/session-folder.ts';
import { openSessionIndex } from './files/session-index.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { ServedCommand } from './sessions/served-command.ts';
import type { FolderFacts } from './sessions/served-session.ts';
import { createSessionHouse, type SessionHouse } from './sessions/session-house.ts';
import { callerContext, endCommandSpan, startCommandSpan } from './tracing.ts';

export interface Service {
  house: SessionHouse;
  metrics: Metrics;
}

export interface ServiceOptions {
  logger: Logger;
  /** The daemon's own folder. */
  stateDir: string;
  /** Where session folders go. Absent: `.sessions` in each session's working directory. */
  sessionsDir: string | undefined;
  maxSessions: number;
  maxQueue: number;
  journalBytes: number;
  redact(text: string): string;
  onSessionsChanged(): void;
}

export const createService = (options: ServiceOptions): Service => {
  const { logger, stateDir, maxSessions, maxQueue, journalBytes, redact } = options;
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const index = openSessionIndex(stateDir);
  for (const lost of index.lost) logLost(logger, lost);
  const metrics: Metrics = createMetrics(() => house.list());
  const spans = new WeakMap<ServedCommand, Span>();

  const openFolder = (
    sessionId: SessionId,
    workspaceId: string,
    cwd: string,
    facts: FolderFacts,
  ): SessionFolder | undefined => {
    // A session in a folder that is not ours to write has its files with the daemon's.
    for (const root of [options.sessionsDir ?? join(cwd, '.sessions'), join(stateDir, 'sessions')]) {
      try {
        const onError = (err: Error): void => logger.warn({ err, sessionId }, 'session files not written');
        const folder = openSessionFolder({ root, ...facts, onError });
        index.add(sessionId, { workspaceId, folder: folder.path });
        return folder;
      } catch (err) {
        logger.warn({ err, sessionId, root }, 'no session folder here');
      }
    }
    return undefined;
  };
  const house: SessionHouse = createSessionHouse({
    createManager: (nameOf) =>
      createSessionManager({ maxSessions, createSessionId: nameOf, logger: managerLogger(logger) }),
    newSessionId: createSessionId,
    limit: (config) => ({ ...config, maxQueue: Math.min(config.maxQueue ?? maxQueue, maxQueue) }),
    journalBytes,
    redact,
    openFolder,
    lost: index.lost,
    watcher: {
      started(session, command, headers) {
        spans.set(command, startCommandSpan(session, command, callerContext(headers)));
      },
      settled(command, answer) {
        metrics.settled(command, answer);
        const span = spans.get(command);
        if (span) endCommandSpan(span, answer);
      },
    },
    onEvent(event) {
      metrics.takeEvent(event);
      logEvent(logger, event);
    },
    onEnded(sessionId) {
      index.remove(sessionId);
      options.onSessionsChanged();
    },
  });
  return { house, metrics };
};

/** The manager's own words on what went wrong; its debug lines are told as events. */
const managerLogger = (logger: Logger): { debug(message: string): void; warn(message: string): void } => ({
  debug: () => undefined,
  warn: (message) => logger.warn(message),
});

/** Ids and figures only: code may hold secrets. */
const logEvent = (logger: Logger, event: SessionEvent): void => {
  const { type, sessionId } = event;
  if (type === 'session-opened') logger.info({ sessionId }, 'session opened');
  else if (type === 'session-terminated') logger.info({ sessionId, reason: event.reason }, 'session ended');
  else if (type === 'command-started') {
    logger.debug({ sessionId, commandId: event.commandId, language: event.language }, 'command started');
  } else if (type === 'command-finished') {
    const { exitCode, durationMs, timedOut } = event.output;
    logger.debug(
      { sessionId, commandId: event.commandId, exitCode, durationMs, timedOut },
      'command finished',
    );
  }
};

const logLost = (logger: Logger, { sessionId, folder, commands }: LostSession): void => {
  const ids = commands.map(({ commandId }) => commandId);
  logger.warn({ sessionId, folder, commands: ids }, 'session lost with an earlier daemon');
};
