/**
 * Typed errors with fixed codes, and how they cross a thread, process or network.
 *
 * A command that fails is a result, not an error. These are for host-side misuse, dead sessions and
 * commands that never got to run. Each message says what happened, to which session or command, and
 * what to do.
 */

/** Machine-readable facts that go with an error. Structured-cloneable. */
export type ErrorData = Record<string, unknown>;

export interface HoldfastErrorOptions {
  data?: ErrorData;
  cause?: unknown;
}

/** Base of all errors that Holdfast throws. Tell them apart by `code`. */
export abstract class HoldfastError extends Error {
  abstract readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(message: string, { data = {}, cause }: HoldfastErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.data = data;
  }
}

/** The session has ended, or ended before the command could finish. */
export class SessionTerminatedError extends HoldfastError {
  readonly code = 'SESSION_TERMINATED';
}

/** The session's queue holds `maxQueue` commands already. */
export class QueueFullError extends HoldfastError {
  readonly code = 'QUEUE_FULL';
}

/** A kernel could not be started; `data.stderr` is what it printed. */
export class SpawnFailedError extends HoldfastError {
  readonly code = 'SPAWN_FAILED';
}

/** The command was cancelled by its AbortSignal, or by a reset that emptied the queue. */
export class CommandCancelledError extends HoldfastError {
  readonly code = 'COMMAND_CANCELLED';
}

/** The command or one of its options can not be taken. Nothing was run. */
export class InvalidCommandError extends HoldfastError {
  readonly code = 'INVALID_COMMAND';
}

/** An option of a session or manager can not be taken. */
export class InvalidOptionsError extends HoldfastError {
  readonly code = 'INVALID_OPTIONS';
}

/** The manager holds `maxSessions` sessions already. */
export class SessionLimitError extends HoldfastError {
  readonly code = 'SESSION_LIMIT';
}

/** The session's thread ended without being asked to; its kernels were killed. */
export class ThreadDiedError extends HoldfastError {
  readonly code = 'THREAD_DIED';
}

/** The host ran out of something the command needs (descriptors, disk, processes). It was not run. */
export class ResourceExhaustedError extends HoldfastError {
  readonly code = 'RESOURCE_EXHAUSTED';
}

/** Writing to the stdin of a command that does not take any, or no longer. */
export class StdinClosedError extends HoldfastError {
  readonly code = 'STDIN_CLOSED';
}

/** No live session has that name or id; `data.lost` tells of one that went down with its daemon. */
export class SessionNotFoundError extends HoldfastError {
  readonly code = 'SESSION_NOT_FOUND';
}

/** The session knows no command of that id, or no longer. */
export class CommandNotFoundError extends HoldfastError {
  readonly code = 'COMMAND_NOT_FOUND';
}

/** A request to the daemon that is none of its API: malformed, too large, no such route. */
export class InvalidRequestError extends HoldfastError {
  readonly code = 'INVALID_REQUEST';
}

/** The daemon does not serve this caller: missing or wrong token, foreign Origin or Host. */
export class AccessRefusedError extends HoldfastError {
  readonly code = 'ACCESS_REFUSED';
}

/** No daemon answers, or it went away in the middle of an answer. */
export class DaemonUnreachableError extends HoldfastError {
  readonly code = 'DAEMON_UNREACHABLE';
}

/** Another daemon serves that socket or port already; `data.pid` is its process, where known. */
export class DaemonRunningError extends HoldfastError {
  readonly code = 'DAEMON_RUNNING';
}

const errorClasses = {
  SESSION_TERMINATED: SessionTerminatedError,
  QUEUE_FULL: QueueFullError,
  SPAWN_FAILED: SpawnFailedError,
  COMMAND_CANCELLED: CommandCancelledError,
  INVALID_COMMAND: InvalidCommandError,
  INVALID_OPTIONS: InvalidOptionsError,
  SESSION_LIMIT: SessionLimitError,
  THREAD_DIED: ThreadDiedError,
  RESOURCE_EXHAUSTED: ResourceExhaustedError,
  STDIN_CLOSED: StdinClosedError,
  SESSION_NOT_FOUND: SessionNotFoundError,
  COMMAND_NOT_FOUND: CommandNotFoundError,
  INVALID_REQUEST: InvalidRequestError,
  ACCESS_REFUSED: AccessRefusedError,
  DAEMON_UNREACHABLE: DaemonUnreachableError,
  DAEMON_RUNNING: DaemonRunningError,
} as const;

export type ErrorCode = keyof typeof errorClasses;

export const errorCodes = Object.keys(errorClasses) as ErrorCode[];

/** Shorthand for drivers, which reject code that their language can not be given. */
export const invalidCommand = (message: string, data?: ErrorData): InvalidCommandError =>
  new InvalidCommandError(message, data ? { data } : {});

/** An error as plain data. Foreign errors (no `code`) keep name, message and stack. */
export interface SerialisedError {
  name: string;
  message: string;
  stack?: string;
  code?: string;
  data?: ErrorData;
  cause?: SerialisedError;
}

// A chain of causes may be circular: user code can do that.
const maxCauses = 8;

export const serialiseError = (error: unknown, depth = 0): SerialisedError => {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...codeOf(error),
    ...(cause === undefined || depth >= maxCauses ? {} : { cause: serialiseError(cause, depth + 1) }),
  };
};

/** By its code, not its class: a bundle may hold a second copy of the classes. */
const codeOf = (error: Error): Pick<SerialisedError, 'code' | 'data'> => {
  const { code, data } = error as Partial<HoldfastError>;
  return isErrorCode(code) ? { code, ...(data ? { data } : {}) } : {};
};

/** The inverse of {@link serialiseError}: known codes become their class again, `instanceof` works. */
export const reviveError = (serialised: SerialisedError): Error => {
  const cause = serialised.cause && reviveError(serialised.cause);
  const error = isErrorCode(serialised.code)
    ? new errorClasses[serialised.code](serialised.message, {
        ...(serialised.data ? { data: serialised.data } : {}),
        ...(cause ? { cause } : {}),
      })
    : Object.assign(new Error(serialised.message, cause ? { cause } : undefined), { name: serialised.name });
  if (serialised.stack !== undefined) error.stack = serialised.stack;
  return error;
};

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorClasses, code);
