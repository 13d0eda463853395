/** One command of a client: its result for whoever asks, its output for whoever reads along. */
import {
  type CommandId,
  type CommandRecord,
  type ErrorCode,
  type ExecBody,
  type Execution,
  HoldfastError,
  type Language,
  type RuntimeOutput,
  type RuntimeSession,
  StdinClosedError,
} from '@holdfast/protocol';
import { createOutputJournal, type OutputJournal } from './output-journal.ts';
import { createCharacterCutter } from './whole-characters.ts';

export type BytesResult = RuntimeOutput<Uint8Array>;

export interface ServedCommand {
  readonly id: CommandId;
  readonly language: Language;
  readonly execution: Execution<Uint8Array>;
  readonly isOver: boolean;
  /** Made with the first reader: a command that nobody reads along with is not slowed down by it. */
  readonly journal: OutputJournal | undefined;
  /** @param late - what its jobs have written until now */
  openJournal(late?: CommandRecord['lateOutput']): OutputJournal;
  /** Bytes from `offset` on; what was written before is skipped. Answers how many were written in all. */
  write(data: Uint8Array, offset: number | undefined, end: boolean): number;
  cancel(): void;
}

export interface ServedCommandOptions {
  session: RuntimeSession;
  kind: 'exec' | 'eval';
  body: ExecBody & { commandId: CommandId };
  journalBytes: number;
}

/** The command is on its way when this returns; that it was refused is told by its execution. */
export const serveCommand = ({ session, kind, body, journalBytes }: ServedCommandOptions): ServedCommand => {
  const { command, stdin, encoding: _encoding, ...rest } = body;
  const controller = new AbortController();
  const options = {
    ...rest,
    ...(stdin === undefined ? {} : { stdin: toStdin(stdin) }),
    encoding: 'bytes' as const,
    signal: controller.signal,
  };
  const execution = kind === 'eval' ? session.eval(command, options) : session.exec(command, options);
  let isOver = false;
  let result: BytesResult | undefined;
  let journal: OutputJournal | undefined;
  let written = 0;
  execution.then(
    (output) => {
      isOver = true;
      result = output;
    },
    () => {
      isOver = true;
    },
  );

  return {
    id: execution.id,
    language: execution.language,
    execution,
    get isOver() {
      return isOver;
    },
    get journal() {
      return journal;
    },
    openJournal(late) {
      if (journal) return journal;
      if (result) journal = journalOf(result, late);
      else {
        journal = createOutputJournal(journalBytes);
        void fillJournal(journal, execution);
      }
      return journal;
    },
    write(data, offset, end) {
      const from = offset ?? written;
      if (from > written) {
        throw new StdinClosedError(
          `Input of command ${execution.id} has ${written} bytes so far: there can be none at ${from}.`,
          { data: { commandId: execution.id, written } },
        );
      }
      const fresh = data.subarray(written - from);
      // A copy: the thread gets it by transfer.
      if (fresh.length > 0) execution.write(new Uint8Array(fresh));
      written += fresh.length;
      if (end) execution.endInput();
      return written;
    },
    cancel: () => controller.abort(),
  };
};

const toStdin = (stdin: NonNullable<ExecBody['stdin']>): string | Uint8Array => {
  // As bytes, because the text `open` asks for something else.
  if (typeof stdin === 'string') return Buffer.from(stdin);
  return 'base64' in stdin ? Buffer.from(stdin.base64, 'base64') : 'open';
};

/** Of a command that is over: all that is known of its output, however much. */
export const journalOf = (
  output: { stdout: string | Uint8Array; stderr: string | Uint8Array } | undefined,
  late: CommandRecord['lateOutput'] | undefined,
): OutputJournal => {
  const journal = createOutputJournal(Number.POSITIVE_INFINITY);
  for (const stream of ['stdout', 'stderr'] as const) {
    const data = Buffer.from(output?.[stream] ?? '');
    if (data.length > 0) void journal.append({ kind: 'output', stream, data });
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const data = Buffer.from(late?.[stream] ?? '');
    if (data.length > 0) void journal.append({ kind: 'late-output', stream, data });
  }
  journal.finish();
  return journal;
};

const fillJournal = async (journal: OutputJournal, execution: Execution<Uint8Array>): Promise<void> => {
  const cutters = { stdout: createCharacterCutter(), stderr: createCharacterCutter() };
  try {
    for await (const { stream, data } of execution) {
      const whole = cutters[stream].push(data);
      if (whole.length > 0) await journal.append({ kind: 'output', stream, data: whole });
    }
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = cutters[stream].end();
      if (rest.length > 0) await journal.append({ kind: 'output', stream, data: rest });
    }
  } catch {
    // The command was rejected: whoever awaits it is told why.
  } finally {
    journal.finish();
  }
};

export const errorCodeOf = (error: unknown): ErrorCode | 'INTERNAL' =>
  error instanceof HoldfastError ? error.code : 'INTERNAL';
