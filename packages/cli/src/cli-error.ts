/** What ends the program with a message on standard error and an exit code. */
import type { ErrorCode } from '@holdfast/protocol';
import { exitCodeOfError, exitCodes } from './exit-codes.ts';

export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

export const usageError = (message: string): CliError => new CliError(message, exitCodes.usage);

export const noCommandError = (): CliError =>
  new CliError(
    'No command provided (stdin is empty). Write it after --, or pipe it in.',
    exitCodes.noCommand,
  );

/** The socket's mode keeps others out. */
export const noAccessError = (socketPath: string): CliError =>
  new CliError(
    `The daemon at ${socketPath} belongs to another user. Set HOLDFAST_SOCKET to one of your own.`,
    exitCodes.accessRefused,
  );

/** Of any error, by its code: it may come from a daemon, a library or this program. */
export const exitCodeOf = (error: unknown): number => {
  // Not by class: the bundled entry and the modules beside it have a copy each.
  const { code, exitCode } = (error ?? {}) as { code?: string; exitCode?: number };
  if (exitCode !== undefined) return exitCode;
  return code !== undefined && Object.hasOwn(exitCodeOfError, code)
    ? exitCodeOfError[code as ErrorCode]
    : exitCodes.internal;
};
