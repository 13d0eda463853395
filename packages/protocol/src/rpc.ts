/** The typed calls between host and session thread, and what each carries. All of it structured-cloneable. */
import type { Language } from './command.ts';
import type { TerminationReason } from './events.ts';
import type { HistoryEntry } from './history.ts';
import type { CommandId, HostId, SessionId } from './ids.ts';
import type { LanguageDescriptor } from './language-descriptor.ts';
import type { RuntimeOutput } from './output.ts';
import type { RuntimeState } from './state.ts';

/** All that a session thread needs to know, resolved: no defaults are left to fill in. */
export interface SessionSettings {
  sessionId: SessionId;
  workspaceId: string;
  hostId: HostId;
  languages: LanguageDescriptor[];
  /** The language of commands that name none; its kernel starts with the session. */
  language: Language;
  /** Program of the shell kernel; absent: bash. */
  shell?: string;
  cwd: string;
  /** The kernels' environment, whole. */
  env: Record<string, string>;
  share: { cwd: boolean; env: boolean };
  setup: SetupCommand[];
  idleTimeoutMs: number;
  maxHistorySize: number;
  maxQueue: number;
  /** Per stream. */
  maxOutputBytes: number;
  /** Folder for whole outputs that were truncated; absent: none are written. */
  spillDir?: string;
  spawnRetries: number;
  /** Somebody listens to every event from the start. */
  listened: boolean;
  /** The session's private folder; it is made when the session starts and gone when it ends. */
  scratchDir: string;
}

/** What a session thread may know before there is a session: enough to have kernels ready for it. */
export interface ThreadPreparation {
  hostId: HostId;
  /** Of the session that it will be. */
  sessionId: SessionId;
  languages: LanguageDescriptor[];
  /** Languages whose kernels are started ahead. */
  warm: Language[];
  /** Environment of the kernels that are started ahead. */
  env: Record<string, string>;
  scratchDir: string;
  /** How the names of its pipes begin, for the instant in which they have one. */
  pipePrefix: string;
  /** Socket of the process that starts kernels for a host with many sessions, if there is one by then. */
  launcherPath: string;
  /** It sends its compiled code to the host, for later threads to start with. */
  leavesCodeCache: boolean;
}

/** A command that is run whenever a kernel of its language starts. */
export interface SetupCommand {
  code: string;
  language: Language;
}

/** Precise answer of an interrupt. */
export type InterruptAnswer = 'interrupted' | 'idle' | 'terminated' | `not-running(${string})`;

/** A result before its bytes are decoded on the host. */
export interface CommandOutcome extends RuntimeOutput<Uint8Array> {
  /** How many bytes went, or will go, over the data port as chunks. */
  streamedBytes: number;
  /** The command was cancelled while it ran: the host rejects with `COMMAND_CANCELLED`. */
  cancelled: boolean;
}

/** One command, finished or not, with what came after its result. */
export interface CommandRecord {
  id: CommandId;
  language: Language;
  code: string;
  status: 'queued' | 'running' | 'finished';
  /** Present once finished. */
  output?: RuntimeOutput;
  /** Present while it runs: what it has written until now, but for what waits for a slow reader. Head and tail within `maxOutputBytes`. */
  outputSoFar?: { stdout: string; stderr: string; omittedBytes: number };
  /** Written by its background jobs after the result; head and tail within `maxOutputBytes`. */
  lateOutput: { stdout: string; stderr: string; omittedBytes: number; open: boolean };
}

/** The session thread's side, beside commands themselves. Calls that concern a running command never wait for it. */
export interface SessionThreadApi {
  /** Drops a queued command, interrupts a running one. */
  cancel(id: CommandId): Promise<void>;
  interrupt(id?: CommandId): Promise<InterruptAnswer>;
  /** Ends a running command at once, with its kernel if need be. */
  kill(id: CommandId): Promise<InterruptAnswer>;
  state(language?: Language): Promise<RuntimeState>;
  history(limit?: number): Promise<HistoryEntry[]>;
  getCommand(id: CommandId): Promise<CommandRecord | null>;
  reset(): Promise<void>;
  terminate(reason: TerminationReason): Promise<void>;
}
