/** The host's handle on one session. */
import {
  type CommandId,
  type EncodedData,
  type ExecOptions,
  type Execution,
  type InspectionRecord,
  InvalidCommandError,
  type Language,
  type OutputEncoding,
  type RuntimeCommand,
  type RuntimeSession,
  type SessionEvent,
  type SessionSettings,
  type SessionStatus,
  type TerminationReason,
  type ThreadEvent,
  type ThreadFrame,
} from '@holdfast/protocol';
import { type CommandDefaults, draftCommand, toRuntimeCommand } from './command-options.ts';
import { type ExecutionContext, type HostExecution, startExecution } from './execution.ts';
import { failedExecution } from './failed-execution.ts';
import { createRecordFeed } from './record-feed.ts';
import type { PreparedThread, SessionThread } from './session-thread.ts';

/** What the manager needs of a session beside the user's handle. */
export interface HostSession {
  readonly handle: RuntimeSession;
  terminate(reason: TerminationReason): Promise<void>;
  /** Somebody listens to the manager's events, or nobody does any more. */
  setManagerListening(on: boolean): void;
  /** Its thread is free and no process of it is left. */
  readonly ended: Promise<void>;
}

export interface HostSessionOptions {
  settings: SessionSettings;
  /** Default limit of a command. */
  timeoutMs: number;
  prepared: PreparedThread;
  onEvent(event: SessionEvent): void;
}

export const openSession = (options: HostSessionOptions): HostSession => {
  const { settings, timeoutMs, prepared } = options;
  const { sessionId, workspaceId } = settings;
  const executions = new Map<CommandId, HostExecution<string | Uint8Array>>();
  const listeners = new Set<(event: SessionEvent) => void>();
  let lifecycle: SessionStatus = 'spawning';
  let isManagerListening = settings.listened;
  let isThreadListened = settings.listened;
  let threadId: number | undefined;
  /** Commands without a result. */
  let pending = 0;
  let lastActivityAt = new Date();

  const takeEvent = (threadEvent: ThreadEvent): void => {
    const event = { ...threadEvent, sessionId, workspaceId } as SessionEvent;
    if (event.type === 'transition') lifecycle = event.to;
    else if (event.type === 'thread-started') threadId = event.threadId;
    else if (event.type === 'session-terminated') lifecycle = 'terminated';
    options.onEvent(event);
    for (const listener of listeners) listener(event);
  };
  /** While it goes about its work, the thread is not asked: what was sent and has no answer is known here. */
  const statusNow = (): SessionStatus => {
    if (lifecycle !== 'idle' && lifecycle !== 'busy') return lifecycle;
    return pending > 0 ? 'busy' : 'idle';
  };
  // Before the caller's next line: what that sets off is heard.
  const tellWhetherListened = (): void => {
    const on = isManagerListening || listeners.size > 0;
    if (on !== isThreadListened) thread.sendNow({ type: 'listen', on });
    isThreadListened = on;
  };
  const feed = createRecordFeed((on) => thread.send({ type: 'watch', on }));
  const takeFrame = (frame: ThreadFrame): void => {
    if (frame.type === 'inspection') return feed.push(frame.records);
    executions.get(frame.id)?.takeChunk(frame.stream, frame.data);
    forgetDelivered(frame.id);
  };
  /** Chunks still come for a reader who is slower than the command. */
  const forgetDelivered = (id: CommandId): void => {
    const execution = executions.get(id);
    if (execution?.isOver() && execution.isDelivered()) executions.delete(id);
  };
  const thread: SessionThread = prepared.open(settings, { onEvent: takeEvent, onFrame: takeFrame });
  void thread.ended.then(() => {
    feed.end();
    for (const execution of executions.values()) execution.cutOff();
  });

  const describe = (): string => `session ${sessionId} (workspace ${workspaceId})`;
  const context: ExecutionContext = { call: thread.call, exec: thread.exec, send: thread.send, describe };
  const defaults: CommandDefaults = {
    language: settings.language,
    languages: settings.languages.map(({ language }) => language),
    timeoutMs,
    describe,
  };

  const exec = <Encoding extends OutputEncoding>(
    input: RuntimeCommand<Encoding>,
  ): Execution<EncodedData<Encoding>> => {
    lastActivityAt = new Date();
    let execution: HostExecution<EncodedData<Encoding>>;
    try {
      execution = startExecution<Encoding>(draftCommand(input, defaults), input, context);
    } catch (error) {
      return failedExecution(input.language ?? settings.language, error as Error);
    }
    const { handle, over } = execution;
    executions.set(handle.id, execution as unknown as HostExecution<string | Uint8Array>);
    pending += 1;
    void over.then(() => {
      lastActivityAt = new Date();
      pending -= 1;
      forgetDelivered(handle.id);
    });
    return handle;
  };
  const given = Promise.resolve();
  /** A command leaves a microtask after it was given (see `startExecution`): what is asked after it comes after it. */
  const call: SessionThread['call'] = (make) => given.then(() => thread.call(make));
  const terminate = async (reason: TerminationReason): Promise<void> => {
    if (lifecycle !== 'terminated') await call((api) => api.terminate(reason)).catch(() => undefined);
    await thread.ended;
  };

  const handle: RuntimeSession = {
    id: sessionId,
    workspaceId,
    get status() {
      return statusNow();
    },
    get threadId() {
      return threadId;
    },
    get queueLength() {
      return Math.max(0, pending - (statusNow() === 'busy' ? 1 : 0));
    },
    exec: <Encoding extends OutputEncoding = 'utf8'>(
      command: string | RuntimeCommand<Encoding>,
      execOptions?: ExecOptions<Encoding>,
    ) => exec<Encoding>(toRuntimeCommand<Encoding>(command, execOptions)),
    eval: <Encoding extends OutputEncoding = 'utf8'>(code: string, execOptions?: ExecOptions<Encoding>) => {
      const language = execOptions?.language ?? evalLanguage(defaults);
      if (language === 'bash') return failedExecution(language, noValues(describe()));
      return exec<Encoding>({ ...execOptions, command: code, language });
    },
    state: (language) => call((api) => api.state(language)),
    getHistory: (limit) => call((api) => api.history(limit)),
    getCommand: (id) => call((api) => api.getCommand(id)),
    reset: () => call((api) => api.reset()),
    interrupt: async () => (lifecycle === 'terminated' ? 'terminated' : call((api) => api.interrupt())),
    terminate: () => terminate('requested'),
    isAlive: () => lifecycle !== 'terminated',
    getLastActivityTime: () => lastActivityAt,
    subscribe(listener) {
      listeners.add(listener);
      tellWhetherListened();
      return () => {
        listeners.delete(listener);
        tellWhetherListened();
      };
    },
    inspect: (): AsyncIterableIterator<InspectionRecord> => feed.iterate(),
    [Symbol.asyncDispose]: () => terminate('requested'),
  };
  const setManagerListening = (on: boolean): void => {
    isManagerListening = on;
    tellWhetherListened();
  };
  return { handle, terminate, setManagerListening, ended: thread.ended };
};

/** Python unless the manager has none. */
const evalLanguage = ({ languages }: CommandDefaults): Language =>
  languages.includes('python') ? 'python' : (languages.find((language) => language !== 'bash') ?? 'bash');

const noValues = (session: string): InvalidCommandError =>
  new InvalidCommandError(
    `eval in ${session} needs a language whose expressions have values: python or node. For bash, use exec.`,
  );
