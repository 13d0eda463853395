/**
 * The Holdfast daemon: one process that owns a manager and serves it over HTTP, on a Unix socket or TCP.
 *
 * ```
 * daemon        starts and ends it: doors, limits, idle shutdown   socket-path, daemon-lock, listen
 * service       what is served: sessions, figures (metrics), spans (tracing), log
 * http/         app (the table of routes on Hono), handlers, streams, access, encode
 * sessions/     session-house (all of them), served-session, served-command, output-journal, event-feed
 * files/        session-folder (metadata.json, state.json, history.log), session-index (what was lost)
 * openapi       the API as a document
 * ```
 *
 * A request is checked by `access` and against the table of routes in `@holdfast/protocol`, handled, and
 * answered with JSON or a stream of events. A command's acceptance is on disk before it runs, its end
 * before its answer is sent: what a killed daemon owed is known to the next one.
 */

export { type Daemon, type DaemonLimits, type DaemonOptions, startDaemon } from './daemon.ts';
export { acquireLock, type LockAnswer, type LockHolder, readLock } from './daemon-lock.ts';
export { createLogger, type LogOptions } from './log.ts';
export { openApiDocument } from './openapi.ts';
export { defaultSocketPath } from './socket-path.ts';
