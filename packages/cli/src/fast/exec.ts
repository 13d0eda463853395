/**
 * `holdfast exec`: one request, one answer.
 *
 * Most of what an agent does with this program is this, so it loads little: no command-line library, no
 * client, no schemas. What it rarely needs is handed in and imported then.
 */
import type { Socket } from 'node:net';
import type { HttpAnswer } from '@holdfast/protocol';
import { exitCodeOfResult, noteOn, toJsonResult } from '../result.ts';
import { isLocal, readTarget, type Target } from '../target.ts';
import { parseExec } from './exec-arguments.ts';
import { bodyOf } from './exec-body.ts';
import { isTerminal } from './late.ts';
import { onStopSignals } from './on-stop-signals.ts';
import { readCommand } from './read-command.ts';
import { DaemonDownError, openConnection, send } from './request.ts';
import { type ExecOptions, streamExec } from './stream-exec.ts';
import { writeOut } from './write-out.ts';

export interface ExecHelpers {
  /** Makes sure that a daemon answers. */
  ensureDaemon(target: Target): Promise<void>;
}

/** Resolves with the exit code; undefined where help is asked for. */
export const exec = async (args: readonly string[], helpers: ExecHelpers): Promise<number | undefined> => {
  const target = readTarget();
  // The daemon takes the connection while this program reads its arguments. Not where a command is read first.
  let connection: Socket | undefined = args.includes('--') ? openConnection(target) : undefined;
  const request = parseExec(args);
  if (!request) return undefined;
  const command = request.command ?? (await readCommand());
  const json = request.json ?? !(request.isStream || isTerminal(1));
  const commandId = newCommandId();
  const run = async (): Promise<number> => {
    const options = { target, request, command, commandId, connection };
    connection = undefined;
    return json && !request.isStream && !request.takesStdin
      ? execWhole(options)
      : streamExec({ ...options, json });
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

const execWhole = async (options: ExecOptions): Promise<number> => {
  const { target, request, command, commandId, connection } = options;
  const release = onStopSignals(target, request.session, commandId);
  try {
    const path = `/v1/sessions/${encodeURIComponent(request.session)}/exec`;
    const body = bodyOf(request, command, commandId);
    const response = await send(target, { method: 'POST', path, body }, connection);
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
