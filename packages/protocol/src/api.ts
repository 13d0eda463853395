/**
 * The public interfaces: a session, a manager, an execution. One set of types for every
 * implementation: in this process (core), and over a network (client).
 */
import type { Language } from './command.ts';
import type { SessionEvent, SessionEventType } from './events.ts';
import type { HistoryEntry } from './history.ts';
import type { CommandId, SessionId } from './ids.ts';
import type { InspectionRecord } from './inspection.ts';
import type { OutputChunk, OutputEncoding, RuntimeOutput } from './output.ts';
import type { CommandRecord, InterruptAnswer } from './rpc.ts';
import type { RuntimeState, SessionStatus } from './state.ts';

/** Options of one command. */
export interface ExecOptions<Encoding extends OutputEncoding = OutputEncoding> {
  /** Default: the session's language. */
  language?: Language;
  /** Limit in milliseconds once it runs; 0 means none. Default: the session's `timeoutMs`. */
  timeoutMs?: number;
  /** Cancels the command, queued or running. */
  signal?: AbortSignal;
  /** Whole standard input, or `'open'` to write it while the command runs. Default: none (`/dev/null`). */
  stdin?: string | Uint8Array | 'open';
  /** Working directory for this command alone. Relative to the session's `cwd`. */
  cwd?: string;
  /** Environment variables for this command alone. */
  env?: Record<string, string>;
  /** `'utf8'` (default) gives strings, invalid bytes replaced; `'bytes'` gives `Uint8Array`s, exact. */
  encoding?: Encoding;
  /** The command's id, for who passes on commands that have one already. Unique within the session. Default: a new one. */
  commandId?: CommandId;
  onStdout?: (data: EncodedData<Encoding>) => void;
  onStderr?: (data: EncodedData<Encoding>) => void;
}

export type EncodedData<Encoding extends OutputEncoding> = Encoding extends 'bytes' ? Uint8Array : string;

/** A command as one object. */
export interface RuntimeCommand<Encoding extends OutputEncoding = OutputEncoding>
  extends ExecOptions<Encoding> {
  command: string;
}

/**
 * The handle on one command: await it for the result, iterate it for the output as it comes.
 *
 * Iterating slows the command down to the reader's pace. Both may be used; the result is whole
 * either way (within `maxOutputBytes`).
 */
export interface Execution<Data extends string | Uint8Array = string>
  extends PromiseLike<RuntimeOutput<Data>>,
    AsyncIterable<OutputChunk<Data>> {
  readonly id: CommandId;
  readonly language: Language;
  catch<Other>(
    onRejected: (reason: unknown) => Other | PromiseLike<Other>,
  ): Promise<RuntimeOutput<Data> | Other>;
  finally(onFinally: () => void): Promise<RuntimeOutput<Data>>;
  /** Sends standard input; only with `stdin: 'open'`. @throws STDIN_CLOSED */
  write(data: string | Uint8Array): void;
  /** Closes standard input: the command reads end of file. */
  endInput(): void;
  /** Asks the command to stop; state is kept wherever it can be. */
  interrupt(): Promise<InterruptAnswer>;
  /** Ends the command at once; its kernel is replaced if need be, and the result says so. */
  kill(): Promise<InterruptAnswer>;
}

/** A live session. */
export interface RuntimeSession extends AsyncDisposable {
  readonly id: SessionId;
  readonly workspaceId: string;
  readonly status: SessionStatus;
  /** Commands that wait, without the running one. */
  readonly queueLength: number;
  /** The worker thread it lives in; undefined until that is up. */
  readonly threadId: number | undefined;
  exec<Encoding extends OutputEncoding = 'utf8'>(
    command: string | RuntimeCommand<Encoding>,
    options?: ExecOptions<Encoding>,
  ): Execution<EncodedData<Encoding>>;
  /** `exec` for expressions: Python unless told otherwise; the value is in `result`. */
  eval<Encoding extends OutputEncoding = 'utf8'>(
    code: string,
    options?: ExecOptions<Encoding>,
  ): Execution<EncodedData<Encoding>>;
  /** Live state of one language; the session's language unless told otherwise. Waits for queued commands. */
  state(language?: Language): Promise<RuntimeState>;
  getHistory(limit?: number): Promise<HistoryEntry[]>;
  /** One of the last `maxHistorySize` commands with its late output; null if unknown. */
  getCommand(id: CommandId): Promise<CommandRecord | null>;
  /** Ends all kernels and their jobs, rejects the queue, and starts afresh. */
  reset(): Promise<void>;
  interrupt(): Promise<InterruptAnswer>;
  terminate(): Promise<void>;
  isAlive(): boolean;
  getLastActivityTime(): Date;
  /** Calls back with every event of this session. Returns what ends that. */
  subscribe(listener: (event: SessionEvent) => void): () => void;
  /** Transitions, the buffered ones (the last 1,000) first, then live ones until the session ends. */
  inspect(): AsyncIterableIterator<InspectionRecord>;
}

/** Settings of a session. Times in milliseconds. */
export interface SessionConfig {
  /** Default: the host's current directory. */
  cwd?: string;
  /** Laid over the inherited environment. */
  env?: Record<string, string>;
  /** Beyond the allowlist: `true` passes the host's whole environment, a list the named variables. */
  inheritEnv?: boolean | string[];
  /** Program of the shell kernel: `/bin/bash`, `/bin/sh`, `/bin/zsh`. Default: bash. */
  shell?: string;
  /** Language of commands that name none. Default: the manager's first. */
  language?: Language;
  /** Limit of a command. Default 30,000; 0 means none. */
  timeoutMs?: number;
  /** The session ends after so long without a command. Default 1,800,000 (30 min); 0 means never. */
  idleTimeoutMs?: number;
  /** Default 100. */
  maxHistorySize?: number;
  /** Commands that may wait. Default 10,000. */
  maxQueue?: number;
  /** Kept of each stream, half head and half tail. Default 10 MiB. */
  maxOutputBytes?: number;
  /** `true` or a folder: the whole of a truncated output is kept in a file there. Default false. */
  spillOutput?: boolean | string;
  /** Run in every kernel of their language when it starts, and again when it had to be replaced. */
  setup?: (string | { command: string; language?: Language })[];
  /** What follows the user from one language to the next. Default both. */
  share?: { cwd?: boolean; env?: boolean };
}

/** Keeps sessions by workspace id. */
export interface RuntimeSessionManager extends AsyncDisposable {
  /** The live session of that workspace, or a new one, which starts out `spawning`. @throws SESSION_LIMIT, INVALID_OPTIONS */
  getOrCreateSession(workspaceId: string, config?: SessionConfig): RuntimeSession;
  getSession(workspaceId: string): RuntimeSession | null;
  /** False if there was none. */
  terminateSession(workspaceId: string): Promise<boolean>;
  terminateAll(): Promise<void>;
  getActiveSessions(): RuntimeSession[];
  getSessionCount(): number;
  /** Calls back with events of one type, of every session. Returns what ends that. */
  on<Type extends SessionEventType>(
    type: Type,
    listener: (event: Extract<SessionEvent, { type: Type }>) => void,
  ): () => void;
  /** Calls back with every event of every session. */
  subscribe(listener: (event: SessionEvent) => void): () => void;
}
