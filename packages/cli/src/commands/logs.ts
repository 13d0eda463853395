/** `holdfast logs`: what a command wrote, and what its background jobs go on writing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, ServerEvent } from '@holdfast/client';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeOut } from '../fast/write-out.ts';
import { isJson, type JsonOption, printJson } from '../output.ts';
import { factsOf, type Output } from '../result.ts';
import { withDaemon } from '../with-daemon.ts';

export interface LogsOptions extends JsonOption {
  follow?: boolean;
}

/**
 * Output of a running command is what came until nothing has come for so long. The first of it may have to be
 * fetched from the session's thread, and on a busy machine that takes its time.
 */
const quietMs = 300;
const firstQuietMs = 1_000;

/** @param command - default: the one that runs, or else the last one */
export const logs = async (
  name: string,
  command: string | undefined,
  options: LogsOptions,
): Promise<number> =>
  withDaemon(async (connection) => {
    const params = { session: name, command: command ?? (await lastCommand(connection, name)) };
    if (options.follow) return follow(connection, params, isJson(options));
    const record = await connection.call('getCommand', { params });
    if (!isJson(options)) return show(connection, params, record.status === 'finished');
    const { stdout, stderr } = record.lateOutput;
    const whole = record.output ?? (await readSoFar(connection, params));
    printJson({
      command_id: record.id,
      status: record.status,
      stdout: whole.stdout,
      stderr: whole.stderr,
      ...(record.output ? factsOf(record.output as Output) : {}),
      late_stdout: stdout,
      late_stderr: stderr,
    });
    return exitCodes.ok;
  });

interface Params {
  [name: string]: string;
  session: string;
  command: string;
}

/** Until the command is over and its last job has ended. */
const follow = async (connection: Connection, params: Params, json: boolean): Promise<number> => {
  const query = { follow: 'true', encoding: json ? 'utf8' : 'bytes' };
  for await (const event of await connection.stream('output', { params, query })) {
    if (!json) writePiece(event);
    else if (isPiece(event)) {
      const { stream, text } = event.data as Piece;
      printJson({ stream, data: text, ...(event.event === 'late-output' ? { late: true } : {}) });
    } else if (event.event === 'result') printJson(factsOf(event.data as Output));
  }
  return exitCodes.ok;
};

/** Exact bytes: those that are there. */
const show = async (connection: Connection, params: Params, isFinished: boolean): Promise<number> => {
  await readUntilQuiet(connection, params, 'bytes', isFinished, writePiece);
  return exitCodes.ok;
};

const readSoFar = async (
  connection: Connection,
  params: Params,
): Promise<Record<'stdout' | 'stderr', string>> => {
  const text = { stdout: '', stderr: '' };
  await readUntilQuiet(connection, params, 'utf8', false, (event) => {
    const { stream, text: piece = '' } = event.data as Piece;
    if (event.event === 'output') text[stream] += piece;
  });
  return text;
};

const readUntilQuiet = async (
  connection: Connection,
  params: Params,
  encoding: 'utf8' | 'bytes',
  isFinished: boolean,
  take: (event: ServerEvent) => void,
): Promise<void> => {
  const leave = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const wait = (ms: number): void => {
    if (isFinished) return;
    clearTimeout(timer);
    timer = setTimeout(() => leave.abort(), ms);
  };
  try {
    const events = await connection.stream('output', { params, query: { encoding }, signal: leave.signal });
    wait(firstQuietMs);
    for await (const event of events) {
      take(event);
      wait(isPiece(event) ? quietMs : firstQuietMs);
    }
  } catch (error) {
    if (!leave.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
};

interface Piece {
  stream: 'stdout' | 'stderr';
  text?: string;
  base64?: string;
}

const isPiece = ({ event }: ServerEvent): boolean => event === 'output' || event === 'late-output';

const writePiece = (event: ServerEvent): void => {
  if (!isPiece(event)) return;
  const { stream, base64 = '' } = event.data as Piece;
  writeOut(stream === 'stdout' ? 1 : 2, Buffer.from(base64, 'base64'));
};

const lastCommand = async (connection: Connection, name: string): Promise<string> => {
  const { folder } = await connection.call('getSession', { params: { session: name } });
  const running = folder === undefined ? undefined : runningIn(folder);
  if (running) return running;
  const { entries } = await connection.call('history', { params: { session: name }, query: { limit: 1 } });
  const last = entries.at(-1)?.commandId;
  if (last) return last;
  throw new CliError(`Session ${name} has run no command yet.`, exitCodes.commandNotFound);
};

/** The session's own file tells, where it is on this machine. */
const runningIn = (folder: string): string | undefined => {
  try {
    const { commands } = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as {
      commands: { command_id: string }[];
    };
    return commands[0]?.command_id;
  } catch {
    return undefined;
  }
};
