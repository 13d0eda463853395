/** `exec` with output as it comes: the command's own streams, or JSON lines. */
import type { Socket } from 'node:net';
import type { HttpAnswer, SerialisedError } from '@holdfast/protocol';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { exitCodes } from '../exit-codes.ts';
import { exitCodeOfResult, factsOf, noteOn, toJsonResult } from '../result.ts';
import type { Target } from '../target.ts';
import type { ExecRequest } from './exec-arguments.ts';
import { bodyOf } from './exec-body.ts';
import { onStopSignals, stopCommand } from './on-stop-signals.ts';
import { brokenError, DaemonAnswerError, send } from './request.ts';
import { sendStdin } from './send-stdin.ts';
import { ReaderGoneError, writeOut } from './write-out.ts';

export interface ExecOptions {
  target: Target;
  request: ExecRequest;
  command: string;
  commandId: string;
  /** One that is open already. */
  connection: Socket | undefined;
}

export const streamExec = async (options: ExecOptions & { json: boolean }): Promise<number> => {
  const { target, request, command, commandId, connection, json } = options;
  const { session, takesStdin, isStream } = request;
  const isText = json;
  const release = onStopSignals(target, session, commandId);
  try {
    const path = `/v1/sessions/${encodeURIComponent(session)}/exec`;
    const body = bodyOf(request, command, commandId, {
      encoding: isText ? 'utf8' : 'bytes',
      ...(takesStdin ? { stdin: { open: true } } : {}),
    });
    const response = await send(
      target,
      { method: 'POST', path, accept: 'text/event-stream', body },
      connection,
    );
    const input = takesStdin ? sendStdin(target, session, commandId) : undefined;
    let code: number | undefined;
    const take = ({ event, data }: EventSourceMessage): void => {
      const value: unknown = JSON.parse(data);
      if (event === 'output') {
        if (!isText) writeBytes(value as OutputEvent);
        else if (isStream)
          writeLine({ stream: (value as OutputEvent).stream, data: (value as OutputEvent).text });
      } else if (event === 'gap') {
        const { omittedBytes } = value as { omittedBytes: number };
        writeOut(2, `holdfast: ${omittedBytes} bytes of output were not kept for this reader\n`);
      } else if (event === 'error') {
        throw new DaemonAnswerError((value as { error: SerialisedError }).error);
      } else if (event === 'result') {
        const output = value as HttpAnswer<'exec'>;
        if (json) writeLine(isStream ? factsOf(output) : toJsonResult(output));
        else if (output.result) writeOut(1, `${output.result.text}\n`);
        const note = noteOn(output);
        if (note) writeOut(2, `holdfast: ${note}\n`);
        code = exitCodeOfResult(output, json);
      }
    };
    const parser = createParser({ onEvent: take });
    const decoder = new TextDecoder();
    try {
      for await (const piece of response) parser.feed(decoder.decode(piece, { stream: true }));
    } finally {
      input?.stop();
    }
    if (code === undefined) throw brokenError();
    return code;
  } catch (error) {
    // Asked for by whoever pressed Ctrl-C while the command waited.
    if ((error as { code?: string }).code === 'COMMAND_CANCELLED') return exitCodes.interrupted;
    if (error instanceof ReaderGoneError)
      await stopCommand(target, session, commandId).catch(() => undefined);
    throw error;
  } finally {
    release();
  }
};

interface OutputEvent {
  stream: 'stdout' | 'stderr';
  text?: string;
  base64?: string;
}

// Written before more is read: a slow reader slows the command down.
const writeBytes = ({ stream, base64 = '' }: OutputEvent): void =>
  writeOut(stream === 'stdout' ? 1 : 2, Buffer.from(base64, 'base64'));

const writeLine = (value: unknown): void => writeOut(1, `${JSON.stringify(value)}\n`);
