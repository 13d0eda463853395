/** One command that was typed: its output on the terminal, what is typed meanwhile as its input. */
import type { Connection } from '@holdfast/client';
import {
  type CommandId,
  createCommandId,
  type HttpAnswer,
  type Language,
  reviveError,
  type SerialisedError,
} from '@holdfast/protocol';
import { exitCodes } from '../exit-codes.ts';
import { writeOut } from '../fast/write-out.ts';
import { tell } from '../output.ts';
import { exitCodeOfResult, noteOn } from '../result.ts';

export interface RunningCommand {
  /** Its exit code, as a shell would tell it. */
  readonly done: Promise<number>;
  write(text: string): void;
  endInput(): void;
  /** Interrupts it; asked again, kills it. */
  stop(): void;
}

export interface RunCommandOptions {
  connection: Connection;
  session: string;
  language: Language;
  code: string;
  takesInput: boolean;
}

export const runCommand = (options: RunCommandOptions): RunningCommand => {
  const { connection, session } = options;
  const commandId = createCommandId();
  const params = { session, command: commandId };
  let stops = 0;
  let accept: () => void = () => undefined;
  // In order, and not before the daemon knows the command.
  let input: Promise<unknown> = new Promise<void>((resolve) => {
    accept = resolve;
  });
  const send = (body: Uint8Array, query: Record<string, string> = {}): void => {
    // The command is over or takes no input: that is no matter of whoever types.
    input = input.then(() => connection.call('writeStdin', { params, query, body })).catch(() => undefined);
  };
  return {
    done: follow(options, commandId, () => accept()),
    write: (text) => send(Buffer.from(text)),
    endInput: () => send(new Uint8Array(0), { end: 'true' }),
    stop() {
      stops += 1;
      connection
        .call(stops === 1 ? 'interruptCommand' : 'killCommand', { params })
        .then(({ answer }) =>
          answer === 'interrupted' ? undefined : connection.call('cancelCommand', { params }),
        )
        .catch(() => undefined);
    },
  };
};

const follow = async (
  { connection, session, language, code, takesInput }: RunCommandOptions,
  commandId: CommandId,
  onAccepted: () => void,
): Promise<number> => {
  const body = {
    command: code,
    commandId,
    language,
    encoding: 'bytes',
    // Whoever types can interrupt: nothing ends by itself.
    timeoutMs: 0,
    ...(takesInput ? { stdin: { open: true } } : {}),
  };
  for await (const { event, data } of await connection.stream('exec', { params: { session }, body })) {
    onAccepted();
    if (event === 'output') {
      const { stream, base64 } = data as { stream: 'stdout' | 'stderr'; base64: string };
      writeOut(stream === 'stdout' ? 1 : 2, Buffer.from(base64, 'base64'));
    } else if (event === 'error') {
      const error = reviveError((data as { error: SerialisedError }).error) as Error & { code?: string };
      if (error.code === 'SESSION_TERMINATED') throw error;
      tell(error.message);
      return error.code === 'COMMAND_CANCELLED' ? exitCodes.interrupted : exitCodes.failed;
    } else if (event === 'result') {
      const output = data as HttpAnswer<'exec'>;
      if (output.result) writeOut(1, `${output.result.text}\n`);
      const note = noteOn(output);
      if (note) tell(note);
      return exitCodeOfResult(output, false);
    }
  }
  return exitCodes.daemonDown;
};
