/** A daemon's session with the interface of a local one. */
import {
  type CommandId,
  CommandNotFoundError,
  type CommandRecord,
  type ExecOptions,
  type HistoryEntry,
  type InspectionRecord,
  type InterruptAnswer,
  type Language,
  type OutputEncoding,
  type RuntimeCommand,
  type RuntimeSession,
  type RuntimeState,
  type SessionEvent,
  type SessionId,
  type SessionMessage,
  SessionNotFoundError,
  type SessionStatus,
  SessionTerminatedError,
} from '@holdfast/protocol';
import type { CallInput, Connection } from './connection.ts';
import { type RemoteExecutionContext, startRemoteExecution } from './remote-execution.ts';
import { inspectRemotely } from './remote-inspection.ts';
import { type SessionState, stateOfHeaders } from './session-state.ts';

/** A session of a daemon. What it knows without asking is as of the daemon's last event. */
export interface RemoteSession extends RuntimeSession {
  /**
   * Resolves when the daemon has it. Until then `id` is the one that was proposed for it: it stays, unless
   * the workspace has a session that somebody else has started.
   *
   * @throws SESSION_LIMIT, INVALID_OPTIONS, DAEMON_UNREACHABLE, ACCESS_REFUSED
   */
  readonly opened: Promise<SessionMessage>;
}

/** What the manager needs of a session beside the user's handle. */
export interface RemoteSessionControl {
  readonly handle: RemoteSession;
  /** As of event `number`, as the daemon counts. */
  takeMessage(message: SessionMessage, number: number): void;
  takeEvent(event: SessionEvent, number: number): void;
}

export interface Opened {
  message: SessionMessage;
  /** Number of the last event before the message was written. */
  event: number;
}

export interface RemoteSessionOptions {
  connection: Connection;
  workspaceId: string;
  /** Of a new session: the one that is proposed. */
  id: SessionId;
  language: Language;
  /** Asks the daemon for it. */
  open(): Promise<Opened>;
  /** There are listeners: they must hear of what a command does. */
  ready(hasListeners: boolean): Promise<void>;
  /** Resolves when that event has been taken. */
  reached(event: number): Promise<void>;
  isListened(): boolean;
  onListeners(change: 1 | -1): void;
  /** It has ended, and the daemon's own word on it may not have come yet. */
  onGone(): void;
}

export const createRemoteSession = (options: RemoteSessionOptions): RemoteSessionControl => {
  const { connection, workspaceId } = options;
  const listeners = new Set<(event: SessionEvent) => void>();
  let { id, language } = options;
  let status: SessionStatus = 'spawning';
  let queueLength = 0;
  /** Status and queue are as of this event: answers and events overtake each other. */
  let asOf = 0;
  let threadId: number | undefined;
  let lastActivityAt = new Date();
  /** Own commands without a result. */
  let pending = 0;

  const takeStatus = (next: { status: SessionStatus; queueLength: number }, number: number): void => {
    // What has ended does not come back.
    if (number < asOf || status === 'terminated') return;
    asOf = number;
    ({ status, queueLength } = next);
  };
  const takeMessage = (message: SessionMessage, number: number): void => {
    // Of a session that somebody else has started: what was heard so far was not of this one.
    if (message.sessionId !== id) asOf = 0;
    id = message.sessionId;
    language = message.language;
    threadId = message.threadId ?? threadId;
    takeStatus(message, number);
    lastActivityAt = later(lastActivityAt, new Date(message.lastActivityAt));
  };
  const opened = options.open().then(
    ({ message, event }) => {
      takeMessage(message, event);
      return message;
    },
    (error: unknown) => {
      status = 'terminated';
      options.onGone();
      throw error;
    },
  );
  // Whoever uses the session is told.
  opened.catch(() => undefined);

  const describe = (): string => `session ${id} (workspace ${workspaceId})`;
  const translate = (error: unknown): Error => {
    const isGone = error instanceof SessionNotFoundError || error instanceof SessionTerminatedError;
    if (!isGone) return error as Error;
    status = 'terminated';
    options.onGone();
    // The interface knows one word for it. That the daemon has forgotten it is told by the message.
    return error instanceof SessionTerminatedError
      ? error
      : new SessionTerminatedError(error.message, { data: error.data, cause: error });
  };
  const takeState = async (state: SessionState): Promise<void> => {
    if (options.isListened() || listeners.size > 0) await options.reached(state.event);
    takeStatus(state, state.event);
  };
  type SessionRoute = 'state' | 'history' | 'reset' | 'interrupt' | 'getCommand' | 'terminateSession';
  const call = async <Name extends SessionRoute>(name: Name, input: CallInput = {}) => {
    await opened;
    let state: SessionState | undefined;
    try {
      const answer = await connection.call(name, {
        ...input,
        params: { session: id, ...input.params },
        onAnswer: (headers) => {
          state = stateOfHeaders(headers);
        },
      });
      if (state) await takeState(state);
      return answer;
    } catch (error) {
      throw translate(error);
    }
  };

  let turn: Promise<void> = Promise.resolve();
  const context: RemoteExecutionContext = {
    connection,
    async dispatch(send) {
      const before = turn;
      let pass: () => void = () => undefined;
      turn = new Promise((resolve) => {
        pass = resolve;
      });
      try {
        await before;
        await opened;
        await options.ready(listeners.size > 0);
        return await send(pass);
      } finally {
        pass();
      }
    },
    sessionId: () => id,
    takeState,
    translate,
    describe,
  };
  const start = <Encoding extends OutputEncoding>(
    kind: 'exec' | 'eval',
    input: RuntimeCommand<Encoding>,
    defaultLanguage: Language,
  ) => {
    lastActivityAt = new Date();
    pending += 1;
    const { handle, over } = startRemoteExecution<Encoding>(
      kind,
      input,
      input.language ?? defaultLanguage,
      context,
    );
    void over.then(() => {
      pending -= 1;
      lastActivityAt = new Date();
    });
    return handle;
  };
  const statusNow = (): SessionStatus => {
    if (status !== 'idle' && status !== 'busy') return status;
    return pending > 0 ? 'busy' : status;
  };
  const terminate = async (): Promise<void> => {
    try {
      await call('terminateSession');
      status = 'terminated';
      options.onGone();
    } catch (error) {
      if (!(error instanceof SessionTerminatedError) && status !== 'terminated') throw error;
    }
  };

  const handle: RemoteSession = {
    opened,
    get id() {
      return id;
    },
    workspaceId,
    get status() {
      return statusNow();
    },
    get queueLength() {
      return Math.max(queueLength, pending - (statusNow() === 'busy' ? 1 : 0), 0);
    },
    get threadId() {
      return threadId;
    },
    exec: <Encoding extends OutputEncoding = 'utf8'>(
      command: string | RuntimeCommand<Encoding>,
      execOptions: ExecOptions<Encoding> = {},
    ) => {
      const input =
        typeof command === 'string' ? { ...execOptions, command } : { ...command, ...execOptions };
      return start<Encoding>('exec', input, language);
    },
    eval: <Encoding extends OutputEncoding = 'utf8'>(code: string, execOptions?: ExecOptions<Encoding>) =>
      start<Encoding>('eval', { ...execOptions, command: code }, 'python'),
    // The daemon answers with what the session's own interface gave it.
    state: async (of) => (await call('state', { query: { language: of } })) as RuntimeState,
    getHistory: async (limit) => (await call('history', { query: { limit } })).entries as HistoryEntry[],
    async getCommand(command: CommandId) {
      try {
        return (await call('getCommand', { params: { command } })) as CommandRecord;
      } catch (error) {
        if (error instanceof CommandNotFoundError) return null;
        throw error;
      }
    },
    async reset() {
      await call('reset');
    },
    async interrupt() {
      if (status === 'terminated') return 'terminated';
      try {
        return (await call('interrupt')).answer as InterruptAnswer;
      } catch (error) {
        if (error instanceof SessionTerminatedError) return 'terminated';
        throw error;
      }
    },
    terminate,
    isAlive: () => status !== 'terminated',
    getLastActivityTime: () => lastActivityAt,
    subscribe(listener) {
      listeners.add(listener);
      options.onListeners(1);
      return () => {
        if (listeners.delete(listener)) options.onListeners(-1);
      };
    },
    inspect: (): AsyncIterableIterator<InspectionRecord> =>
      inspectRemotely(
        connection,
        opened.then(() => id),
      ),
    [Symbol.asyncDispose]: terminate,
  };
  return {
    handle,
    takeMessage,
    takeEvent(event, number) {
      if (event.type === 'transition' && number > asOf) {
        takeStatus({ status: event.to, queueLength: event.queueLength }, number);
      }
      if (event.type === 'thread-started') ({ threadId } = event);
      else if (event.type === 'session-terminated') status = 'terminated';
      else if (event.type === 'command-started' || event.type === 'command-finished')
        lastActivityAt = new Date();
      for (const listener of listeners) listener(event);
    },
  };
};

const later = (a: Date, b: Date): Date => (a > b ? a : b);
