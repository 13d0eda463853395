/**
 * Types and schemas that cross a thread, process or network. No I/O and no `node:` imports, so that
 * a browser can use it.
 *
 * - `ids`, `command`, `output`, `history`, `state`: what a command is and what it gives back
 * - `errors`: fixed codes; serialise and revive with code, data and cause
 * - `events`, `inspection`: what an observer sees; the frames of the data port
 * - `rpc`: host ↔ session thread; `kernel-api`: session thread ↔ kernel
 * - `api`: the public interfaces; `schemas`, `operations`: what outside input may look like
 */
export type * from './api.ts';
export { type CommandEnvelope, isLanguage, type Language, languages } from './command.ts';
export {
  CommandCancelledError,
  type ErrorCode,
  type ErrorData,
  HoldfastError,
  type HoldfastErrorOptions,
  InvalidCommandError,
  InvalidOptionsError,
  invalidCommand,
  QueueFullError,
  ResourceExhaustedError,
  reviveError,
  type SerialisedError,
  SessionLimitError,
  SessionTerminatedError,
  SpawnFailedError,
  StdinClosedError,
  serialiseError,
  ThreadDiedError,
} from './errors.ts';
export type * from './events.ts';
export type * from './history.ts';
export {
  type CommandId,
  createCommandId,
  createHostId,
  createSessionId,
  type HostId,
  type SessionId,
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
