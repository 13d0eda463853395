/**
 * Types and schemas that cross a thread, process or network. No I/O and no `node:` imports, so that
 * a browser can use it.
 *
 * - `ids`, `command`, `output`, `history`, `state`: what a command is and what it gives back
 * - `errors`: fixed codes; serialise and revive with code, data and cause
 * - `events`, `inspection`: what an observer sees; the frames of the data port
 * - `rpc`: host ↔ session thread; `kernel-api`: session thread ↔ kernel
 * - `http`, `http-messages`: the daemon's API, route by route
 * - `api`: the public interfaces; `schemas`, `operations`: what outside input may look like
 */
export type * from './api.ts';
export { type CommandEnvelope, isLanguage, type Language, languages } from './command.ts';
export {
  AccessRefusedError,
  CommandCancelledError,
  CommandNotFoundError,
  DaemonRunningError,
  DaemonUnreachableError,
  type ErrorCode,
  type ErrorData,
  errorCodes,
  HoldfastError,
  type HoldfastErrorOptions,
  InvalidCommandError,
  InvalidOptionsError,
  InvalidRequestError,
  invalidCommand,
  isErrorCode,
  QueueFullError,
  ResourceExhaustedError,
  reviveError,
  type SerialisedError,
  SessionLimitError,
  SessionNotFoundError,
  SessionTerminatedError,
  SpawnFailedError,
  StdinClosedError,
  serialiseError,
  ThreadDiedError,
} from './errors.ts';
export type * from './events.ts';
export type * from './history.ts';
export {
  acceptanceHeader,
  type ExecBody,
  type HttpAnswer,
  type HttpBody,
  type HttpRoute,
  type HttpRouteName,
  httpRoutes,
  httpStatusOf,
  type LostSession,
  type OutputMessage,
  type SessionMessage,
  sessionStateHeader,
} from './http.ts';
export { errorMessage, workspaceIdSchema } from './http-messages.ts';
export {
  type CommandId,
  commandIdPattern,
  createCommandId,
  createHostId,
  createSessionId,
  type HostId,
  isSessionId,
  type SessionId,
  sessionIdPattern,
} from './ids.ts';
export type * from './inspection.ts';
export type * from './kernel-api.ts';
export type * from './language-descriptor.ts';
export {
  type Operation,
  type OperationName,
  type OutputSource,
  operations,
  outputSources,
} from './operations.ts';
export type * from './output.ts';
export type * from './rpc.ts';
export { execOptionsSchema, languageSchema, sessionConfigSchema } from './schemas.ts';
export type * from './state.ts';
