/** What the program's exit codes mean: one table for code, help and pages. Numbers are those of sysexits.h where it has one. */
import type { ErrorCode } from '@holdfast/protocol';

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 64,
  noCommand: 66,
  sessionNotFound: 67,
  commandNotFound: 68,
  daemonDown: 69,
  internal: 70,
  systemFailed: 71,
  tooMany: 75,
  accessRefused: 77,
  timedOut: 124,
  interrupted: 130,
  readerGone: 141,
} as const;

export type ExitCodeName = keyof typeof exitCodes;

/** In plain form `exec` and `run` end with the command's own code; the others come from Holdfast itself. */
export const exitCodeMeanings: Readonly<Record<ExitCodeName, string>> = {
  ok: 'it worked; with JSON output also: the command has a result, and its code is in `exit_code`',
  failed: '`doctor` found something that does not work; `interrupt` found nothing that runs',
  usage: 'the command line, an option or a command can not be taken',
  noCommand: 'No command provided (stdin is empty)',
  sessionNotFound:
    'Session not found: a typo, it has ended, or it went down with its daemon; the message says which',
  commandNotFound: 'the session knows no such command, or no longer',
  daemonDown: 'no daemon answers and none could be started, or it went away in the middle of an answer',
  internal: 'Holdfast itself failed',
  systemFailed: 'a kernel could not be started, or the machine ran out of something',
  tooMany: 'too many sessions, or too many commands wait',
  accessRefused: 'the daemon refused: missing or wrong token',
  timedOut: 'plain `exec` and `run`: the command ran into its timeout',
  interrupted:
    'plain `exec` and `run`: the command was interrupted (Ctrl-C); killed by another signal: 128 and its number',
  readerGone: 'whoever read the output has left (`| head`); a command that was running is interrupted',
};

export const exitCodeOfError: Readonly<Record<ErrorCode, number>> = {
  INVALID_REQUEST: exitCodes.usage,
  INVALID_COMMAND: exitCodes.usage,
  INVALID_OPTIONS: exitCodes.usage,
  SESSION_NOT_FOUND: exitCodes.sessionNotFound,
  SESSION_TERMINATED: exitCodes.sessionNotFound,
  COMMAND_NOT_FOUND: exitCodes.commandNotFound,
  STDIN_CLOSED: exitCodes.commandNotFound,
  DAEMON_UNREACHABLE: exitCodes.daemonDown,
  DAEMON_RUNNING: exitCodes.daemonDown,
  SPAWN_FAILED: exitCodes.systemFailed,
  THREAD_DIED: exitCodes.systemFailed,
  RESOURCE_EXHAUSTED: exitCodes.systemFailed,
  SESSION_LIMIT: exitCodes.tooMany,
  QUEUE_FULL: exitCodes.tooMany,
  ACCESS_REFUSED: exitCodes.accessRefused,
  COMMAND_CANCELLED: exitCodes.interrupted,
};
