/** `holdfast logs`: what a command wrote, and what its background jobs go on writing. */
import type { Connection, ServerEvent } from '@holdfast/client';
import type { HttpAnswer } from '@holdfast/protocol';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeOut } from '../fast/write-out.ts';
import { isJson, type JsonOption, printJson } from '../output.ts';
import { factsOf, type Output } from '../result.ts';
import { withDaemon } from '../with-daemon.ts';

export interface LogsOptions extends JsonOption {
  follow?: boolean;
}

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
    if (!isJson(options)) return show(connection, params, record);
    const { stdout, stderr } = record.output ?? record.outputSoFar ?? { stdout: '', stderr: '' };
    const omittedBytes = record.outputSoFar?.omittedBytes ?? 0;
    printJson({
      command_id: record.id,
      status: record.status,
      stdout,
      stderr,
      ...(omittedBytes > 0 ? { omitted_bytes: omittedBytes } : {}),
      ...(record.output ? factsOf(record.output as Output) : {}),
      late_stdout: record.lateOutput.stdout,
      late_stderr: record.lateOutput.stderr,
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

/** Exact bytes of a command that is over; of one that runs, the text that there is. */
const show = async (
  connection: Connection,
  params: Params,
  { output, outputSoFar }: HttpAnswer<'getCommand'>,
): Promise<number> => {
  if (output) {
    const events = await connection.stream('output', { params, query: { encoding: 'bytes' } });
    for await (const event of events) writePiece(event);
  } else if (outputSoFar) {
    writeOut(1, Buffer.from(outputSoFar.stdout));
    writeOut(2, Buffer.from(outputSoFar.stderr));
  }
  return exitCodes.ok;
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
  const { currentCommand } = await connection.call('getSession', { params: { session: name } });
  if (currentCommand) return currentCommand;
  const { entries } = await connection.call('history', { params: { session: name }, query: { limit: 1 } });
  const last = entries.at(-1)?.commandId;
  if (last) return last;
  throw new CliError(`Session ${name} has run no command yet.`, exitCodes.commandNotFound);
};
