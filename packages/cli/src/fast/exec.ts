/**
 * `holdfast exec`: one request, one answer.
 *
 * Most of what an agent does with this program is this, so it loads little: no command-line library, no
 * client, no schemas. What it rarely needs is handed in and imported then.
 */
import { isatty } from 'node:tty';
import type { HttpAnswer } from '@holdfast/protocol';
import { exitCodeOfResult, noteOn, toJsonResult } from '../result.ts';
import { isLocal, readTarget, type Target } from '../target.ts';
import { type ExecRequest, parseExec } from './exec-arguments.ts';
import { bodyOf } from './exec-body.ts';
import { onStopSignals } from './on-stop-signals.ts';
import { readCommand } from './read-command.ts';
import { DaemonDownError, send } from './request.ts';
import { streamExec } from './stream-exec.ts';
import { writeOut } from './write-out.ts';

export interface ExecHelpers {
  /** Makes sure that a daemon answers. */
  ensureDaemon(target: Target): Promise<void>;
}

/** Resolves with the exit code; undefined where help is asked for. */
export const exec = async (args: readonly string[], helpers: ExecHelpers): Promise<number | undefined> => {
  const request = parseExec(args);
  if (!request) return undefined;
  const command = request.command ?? (await readCommand());
  const json = request.json ?? !(request.isStream || isatty(1));
  const target = readTarget();
  const commandId = newCommandId();
  const run = async (): Promise<number> => {
    if (json && !request.isStream && !request.takesStdin)
      return execWhole(target, request, command, commandId);
    return streamExec({ target, request, command, commandId, json });
  };
  try {
    return await run();
  } catch (error) {
    const isGone =
      error instanceof DaemonDownError || (error as { code?: string }).code === 'DAEMON_UNREACHABLE';
    if (!isGone || !isLocal(target)) throw error;
    // It is not there, or about to end, and the session with it: the new daemon says what became of it.
    await helpers.ensureDaemon(target);
    return await run();
  }
};

const execWhole = async (
  target: Target,
  request: ExecRequest,
  command: string,
  commandId: string,
): Promise<number> => {
  const release = onStopSignals(target, request.session, commandId);
  try {
    const response = await send(target, {
      method: 'POST',
      path: `/v1/sessions/${encodeURIComponent(request.session)}/exec`,
      body: bodyOf(request, command, commandId),
    });
    const output = JSON.parse(await response.text()) as HttpAnswer<'exec'>;
    writeOut(1, `${JSON.stringify(toJsonResult(output))}\n`);
    const note = noteOn(output);
    if (note) writeOut(2, `holdfast: ${note}\n`);
    return exitCodeOfResult(output, true);
  } finally {
    release();
  }
};

/**
 * Made here, so that the command can be interrupted before anything was heard of it. It has to be unique
 * within a session and is no secret: that is not worth the 5 ms that loading `node:crypto` takes.
 */
const newCommandId = (): string => {
  const letters = Array.from({ length: 20 }, () => Math.floor(Math.random() * 36).toString(36));
  return `cmd_${letters.join('')}`;
};
