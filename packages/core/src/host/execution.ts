/** The handle on one command: a promise, an async iterable of its output, its stdin, its end. */
import {
  CommandCancelledError,
  type EncodedData,
  type Execution,
  type HoldfastError,
  type OutputEncoding,
  type OutputStream,
  type RuntimeCommand,
  type RuntimeOutput,
  SessionTerminatedError,
  StdinClosedError,
} from '@holdfast/protocol';
import type { ReceivedOutcome } from '../rpc/command-answer.ts';
import { type CommandDraft, toBytes } from './command-options.ts';
import { createDecoder } from './output-decoder.ts';
import { createHostOutputStream, creditWindow, type HostOutputStream } from './output-stream.ts';
import type { SessionThread } from './session-thread.ts';

export interface ExecutionContext extends Pick<SessionThread, 'call' | 'exec' | 'send'> {
  /** The session, for messages. */
  describe(): string;
}

/** What the session needs of an execution beside the user's handle. */
export interface HostExecution<Data extends string | Uint8Array> {
  readonly handle: Execution<Data>;
  takeChunk(stream: OutputStream, data: Uint8Array): void;
  /** Settles with the command, never rejects. */
  readonly over: Promise<void>;
  isOver(): boolean;
  /** All chunks that were asked for are here. */
  isDelivered(): boolean;
  /** The session has ended: no more chunks come. Who reads along is told, unless all are here. */
  cutOff(): void;
}

export const startExecution = <Encoding extends OutputEncoding>(
  draft: CommandDraft,
  input: RuntimeCommand<Encoding>,
  context: ExecutionContext,
): HostExecution<EncodedData<Encoding>> => {
  type Data = EncodedData<Encoding>;
  const { id, language } = draft;
  const { signal, onStdout, onStderr, encoding } = input;
  const decoder = createDecoder<Encoding>(encoding);
  let chunks: HostOutputStream<Data> | undefined;
  let progress: 'drafted' | 'sent' | 'over' = 'drafted';
  let isStreaming = onStdout !== undefined || onStderr !== undefined;
  let isStdinOpen = draft.stdin === 'open';
  let outcome: ReceivedOutcome | undefined;
  let failure: Error | undefined;

  const grant = (bytes: number): void => context.send({ type: 'credit', id, bytes });
  /** Few commands are read as they run, and thousands may wait in the queue. */
  const getChunks = (): HostOutputStream<Data> => {
    if (chunks) return chunks;
    chunks = createHostOutputStream<Data>({
      decode: decoder.decodeChunk,
      grant,
      onChunk: ({ stream, data }) => (stream === 'stdout' ? onStdout : onStderr)?.(data),
    });
    if (failure) chunks.fail(failure);
    return chunks;
  };

  // A microtask later: `for await (… of session.exec())` has asked for its iterator by then.
  const sent = Promise.resolve();
  const run = async (): Promise<RuntimeOutput<Data>> => {
    try {
      await sent;
      if (signal?.aborted) throw cancelledError(draft, context, signal);
      progress = 'sent';
      draft.stream = isStreaming;
      const answer = context.exec(draft);
      if (isStreaming) grant(creditWindow);
      outcome = await answer;
      if (isStreaming) expectChunks(outcome);
      const output = outcome.output as RuntimeOutput<Data>;
      output.stdout = decoder.decode(outcome.stdout);
      output.stderr = decoder.decode(outcome.stderr);
      if (outcome.cancelled) throw cancelledError(draft, context, signal, output);
      return output;
    } catch (error) {
      failure = error as Error;
      chunks?.fail(failure);
      throw error;
    } finally {
      progress = 'over';
      isStdinOpen = false;
      signal?.removeEventListener('abort', cancel);
    }
  };
  /** Who asks for chunks when the command is over already gets them from the result. */
  const expectChunks = ({ streamedBytes, stdout, stderr }: ReceivedOutcome): void => {
    const chunks = getChunks();
    if (streamedBytes > 0) return chunks.expect(streamedBytes);
    // As text, every character is a byte.
    if (stdout.length > 0) chunks.push('stdout', toBytes(stdout));
    if (stderr.length > 0) chunks.push('stderr', toBytes(stderr));
    chunks.expect(stdout.length + stderr.length);
  };

  const cancel = (): void => {
    // A microtask later, like all that is asked of a session: in the order in which it was asked.
    if (progress === 'sent') void sent.then(() => context.call((api) => api.cancel(id))).catch(noop);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  const result = run();
  // A command that nobody awaits must not take the host down when it is rejected.
  const over = result.then(noop, noop);

  const handle: Execution<Data> = {
    id,
    language,
    // biome-ignore lint/suspicious/noThenProperty: an execution is awaited like execa's subprocess
    then: (onFulfilled, onRejected) => result.then(onFulfilled, onRejected),
    catch: (onRejected) => result.catch(onRejected),
    finally: (onFinally) => result.finally(onFinally),
    [Symbol.asyncIterator]() {
      // First of all: what comes before somebody reads is not kept for a reader.
      const chunks = getChunks();
      const reader = chunks.iterate();
      if (!isStreaming) {
        isStreaming = true;
        if (outcome) expectChunks(outcome);
        else if (progress === 'sent') grant(creditWindow);
      }
      return reader;
    },
    write(data) {
      if (!isStdinOpen) throw stdinClosed(draft, context);
      void sent.then(() => context.send({ type: 'stdin', id, data: toBytes(data) }));
    },
    endInput() {
      if (!isStdinOpen) return;
      isStdinOpen = false;
      void sent.then(() => context.send({ type: 'stdin-end', id }));
    },
    // Not before the command itself is on its way: the thread would not know of it.
    interrupt: () => sent.then(() => context.call((api) => api.interrupt(id))),
    kill: () => sent.then(() => context.call((api) => api.kill(id))),
  };
  return {
    handle,
    over,
    isOver: () => progress === 'over',
    isDelivered: () => !isStreaming || getChunks().isComplete(),
    takeChunk: (stream, data) => getChunks().push(stream, data),
    cutOff() {
      if (isStreaming && !getChunks().isComplete()) getChunks().fail(cutOffError(draft, context));
    },
  };
};

const noop = (): void => undefined;

const cutOffError = ({ id }: CommandDraft, { describe }: ExecutionContext): SessionTerminatedError =>
  new SessionTerminatedError(
    `The ${describe()} has ended before all output of command ${id} was read along. Its result has what was kept.`,
    { data: { commandId: id } },
  );

const cancelledError = (
  { id }: CommandDraft,
  { describe }: ExecutionContext,
  signal: AbortSignal | undefined,
  output?: RuntimeOutput<string | Uint8Array>,
): HoldfastError =>
  new CommandCancelledError(
    `Command ${id} of ${describe()} was cancelled ${output ? 'while it ran' : 'before it began to run'}.`,
    {
      data: { commandId: id, began: output !== undefined, ...(output ? { output } : {}) },
      ...(signal?.aborted ? { cause: signal.reason } : {}),
    },
  );

const stdinClosed = ({ id, stdin }: CommandDraft, { describe }: ExecutionContext): StdinClosedError =>
  new StdinClosedError(
    stdin === 'open'
      ? `Command ${id} of ${describe()} takes no more input: it is over, or endInput() was called.`
      : `Command ${id} of ${describe()} takes no input: pass stdin: 'open' to write to it.`,
    { data: { commandId: id } },
  );
