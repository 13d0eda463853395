/** The handle on one command of a daemon, with all that a local one has. */
import {
  CommandCancelledError,
  createCommandId,
  DaemonUnreachableError,
  type EncodedData,
  type Execution,
  type HoldfastError,
  type InterruptAnswer,
  type Language,
  type OutputEncoding,
  type OutputMessage,
  type OutputStream,
  type RuntimeCommand,
  type RuntimeOutput,
  reviveError,
  type SerialisedError,
  StdinClosedError,
} from '@holdfast/protocol';
import type { Connection, StreamInput } from './connection.ts';
import type { ServerEvent } from './read-events.ts';
import { createRemoteOutput } from './remote-output.ts';
import { createRemoteStdin } from './remote-stdin.ts';
import { type SessionState, stateOfHeaders } from './session-state.ts';

export interface RemoteExecutionContext {
  connection: Connection;
  /** Runs one after the other has been accepted, so that commands arrive in the order of their calls. */
  dispatch<Value>(send: (accepted: () => void) => Promise<Value>): Promise<Value>;
  /** The session's id; known once commands are sent. */
  sessionId(): string;
  /** What an answer says about the session. Resolves when listeners have been told what happened before. */
  takeState(state: SessionState): Promise<void>;
  /** An error as the local interface would throw it. */
  translate(error: unknown): Error;
  describe(): string;
}

export interface RemoteExecution<Data extends string | Uint8Array> {
  readonly handle: Execution<Data>;
  /** Settles with the command, never rejects. */
  readonly over: Promise<void>;
}

// A connection that breaks again and again without a single event in between is of no use.
const maxFruitlessTries = 5;

export const startRemoteExecution = <Encoding extends OutputEncoding>(
  kind: 'exec' | 'eval',
  input: RuntimeCommand<Encoding>,
  language: Language,
  context: RemoteExecutionContext,
): RemoteExecution<EncodedData<Encoding>> => {
  type Data = EncodedData<Encoding>;
  const { command, signal, stdin, onStdout, onStderr, encoding, ...rest } = input;
  const id = input.commandId ?? createCommandId();
  const { connection } = context;
  const decode = decoderOf<Encoding>(encoding);
  let progress: 'drafted' | 'sent' | 'over' = 'drafted';
  let isStreaming = onStdout !== undefined || onStderr !== undefined;
  let isStdinOpen = stdin === 'open';
  const accepted = deferred();
  const output = createRemoteOutput<Data>(({ stream, data }) => {
    try {
      (stream === 'stdout' ? onStdout : onStderr)?.(data);
    } catch (error) {
      // The callback's own mistake: it is nobody else's to catch, and no fate of the command.
      queueMicrotask(() => {
        throw error;
      });
    }
  });
  const params = () => ({ session: context.sessionId(), command: id });
  const body = {
    ...rest,
    command,
    commandId: id,
    ...(stdin === undefined ? {} : { stdin: encodeStdin(stdin) }),
    ...(encoding === undefined ? {} : { encoding }),
  };

  const takeEvent = async ({ event, data }: ServerEvent): Promise<OutputMessage | undefined> => {
    if (event === 'output') {
      const { stream, text, base64 } = data as { stream: OutputStream; text?: string; base64?: string };
      await output.push(stream, decode(text ?? base64 ?? ''));
    } else if (event === 'state') await context.takeState(data as SessionState);
    else if (event === 'error') throw reviveError((data as { error: SerialisedError }).error);
    return event === 'result' ? (data as OutputMessage) : undefined;
  };
  /** Reads until the result, and goes on where it was when the connection broke. */
  const follow = async (openFirst?: () => Promise<AsyncGenerator<ServerEvent>>): Promise<OutputMessage> => {
    let position: string | undefined;
    let isKnown = openFirst === undefined;
    for (let fruitless = 0; ; fruitless += 1) {
      const again: StreamInput = { params: params(), query: { encoding }, lastEventId: position };
      const events = await (isKnown || !openFirst ? connection.stream('output', again) : openFirst());
      try {
        for await (const event of events) {
          fruitless = 0;
          isKnown = true;
          accepted.resolve();
          const result = await takeEvent(event);
          position = event.id ?? position;
          if (result) return result;
        }
        throw new DaemonUnreachableError(`The daemon ended before command ${id} did.`);
      } catch (error) {
        if (!(error instanceof DaemonUnreachableError) || fruitless >= maxFruitlessTries) throw error;
      }
    }
  };
  const ask = (onAccepted: () => void): Promise<OutputMessage> => {
    const request = { params: { session: context.sessionId() }, body, onAccepted };
    if (isStreaming) return follow(() => connection.stream(kind, request));
    let state: SessionState | undefined;
    const answer = connection.call(kind, {
      ...request,
      onAnswer: (headers) => {
        state = stateOfHeaders(headers);
      },
    });
    return answer.then(async (result) => {
      if (state) await context.takeState(state);
      return result;
    });
  };
  const run = (): Promise<RuntimeOutput<Data>> =>
    context.dispatch(async (next) => {
      if (signal?.aborted) throw cancelledBefore();
      progress = 'sent';
      const result = await ask(() => {
        accepted.resolve();
        next();
      });
      // The daemon speaks the language of the interfaces: what is text is decoded, the rest is theirs.
      return {
        ...(result as RuntimeOutput<never>),
        stdout: decode(result.stdout),
        stderr: decode(result.stderr),
      };
    });
  const cancelledBefore = (): CommandCancelledError =>
    new CommandCancelledError(
      `Command ${id} of ${context.describe()} was cancelled before it began to run.`,
      {
        data: { commandId: id, began: false },
        cause: signal?.reason,
      },
    );
  const translate = (error: unknown): Error => {
    if (!(error instanceof CommandCancelledError)) return context.translate(error);
    const { output: partial } = error.data as { output?: OutputMessage };
    return new CommandCancelledError(error.message, {
      data: {
        ...error.data,
        ...(partial
          ? { output: { ...partial, stdout: decode(partial.stdout), stderr: decode(partial.stderr) } }
          : {}),
      },
      ...(signal?.aborted ? { cause: signal.reason } : {}),
    });
  };
  const whenAccepted = async <Value>(act: () => Promise<Value>): Promise<Value> => {
    await accepted.promise;
    return act();
  };

  const cancel = (): void => {
    if (progress !== 'sent') return;
    whenAccepted(() => connection.call('cancelCommand', { params: params() })).catch(() => undefined);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  const result = run()
    .then(
      (value) => {
        if (isStreaming) output.finish();
        return value;
      },
      (error: unknown) => {
        const told = translate(error);
        output.fail(told);
        throw told;
      },
    )
    .finally(() => {
      progress = 'over';
      isStdinOpen = false;
      // Nobody waits for ever for what will not be accepted any more.
      accepted.resolve();
      signal?.removeEventListener('abort', cancel);
    });
  // A command that nobody awaits must not take the host down when it is rejected.
  const over = result.then(
    () => undefined,
    () => undefined,
  );
  const remoteStdin = createRemoteStdin(connection, params, accepted.promise);
  const stop = async (route: 'interruptCommand' | 'killCommand'): Promise<InterruptAnswer> => {
    try {
      const { answer } = await whenAccepted(() => connection.call(route, { params: params() }));
      return answer as InterruptAnswer;
    } catch (error) {
      const { code } = context.translate(error) as Partial<HoldfastError>;
      if (code === 'SESSION_TERMINATED') return 'terminated';
      if (code === 'COMMAND_NOT_FOUND') return `not-running(${id})`;
      throw context.translate(error);
    }
  };
  /** Somebody reads who had not asked before the command was sent. */
  const readLate = (): void => {
    whenAccepted(() => follow()).then(
      () => output.finish(),
      (error: unknown) => output.fail(translate(error)),
    );
  };

  const handle: Execution<Data> = {
    id,
    language,
    // biome-ignore lint/suspicious/noThenProperty: an execution is awaited like execa's subprocess
    then: (onFulfilled, onRejected) => result.then(onFulfilled, onRejected),
    catch: (onRejected) => result.catch(onRejected),
    finally: (onFinally) => result.finally(onFinally),
    [Symbol.asyncIterator]() {
      const reader = output.iterate();
      if (!isStreaming) {
        isStreaming = true;
        if (progress !== 'drafted') readLate();
      }
      return reader;
    },
    write(data) {
      if (!isStdinOpen) throw stdinClosed(id, stdin === 'open', context);
      remoteStdin.write(typeof data === 'string' ? Buffer.from(data) : data);
    },
    endInput() {
      if (!isStdinOpen) return;
      isStdinOpen = false;
      remoteStdin.end();
    },
    interrupt: () => stop('interruptCommand'),
    kill: () => stop('killCommand'),
  };
  return { handle, over };
};

const encodeStdin = (stdin: NonNullable<RuntimeCommand['stdin']>): unknown => {
  if (stdin === 'open') return { open: true };
  return typeof stdin === 'string' ? stdin : { base64: Buffer.from(stdin).toString('base64') };
};

const decoderOf = <Encoding extends OutputEncoding>(
  encoding: Encoding | undefined,
): ((data: string) => EncodedData<Encoding>) =>
  // The one place where the encoding's value decides about the type that goes with it.
  (encoding === 'bytes'
    ? (data: string) => new Uint8Array(Buffer.from(data, 'base64'))
    : (data: string) => data) as (data: string) => EncodedData<Encoding>;

const stdinClosed = (id: string, wasOpen: boolean, { describe }: RemoteExecutionContext): StdinClosedError =>
  new StdinClosedError(
    wasOpen
      ? `Command ${id} of ${describe()} takes no more input: it is over, or endInput() was called.`
      : `Command ${id} of ${describe()} takes no input: pass stdin: 'open' to write to it.`,
    { data: { commandId: id } },
  );

const deferred = (): { promise: Promise<void>; resolve(): void } => {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};
