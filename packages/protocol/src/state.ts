/** What `session.state()` tells. Field names with underscores are those of the runtime tool. */

import type { Language } from './command.ts';
import type { HistoryEntry } from './history.ts';
import type { CommandId } from './ids.ts';

/** Top-level states of a session's machine. */
export type SessionStatus = 'spawning' | 'idle' | 'busy' | 'resetting' | 'terminated';

export interface VariableInfo {
  name: string;
  /** The language's own name for it: `array`, `DataFrame`, `Map`. */
  type: string;
  /** One line of at most 80 characters. */
  preview: string;
}

/** A background job that is still running. */
export interface JobInfo {
  pid: number;
  /** As it was typed, where the language knows it, else the process' command line. */
  command: string;
  /** The command that started it, where known. */
  commandId?: CommandId;
}

/** What is alive in a kernel, read from the live namespace. */
export interface KernelDescription {
  env_vars: Record<string, string>;
  functions: string[];
  /** Name to text (shells; empty elsewhere). */
  aliases: Record<string, string>;
  /** Modules the user's namespace holds (Python, Node): local name to module name. */
  imports: Record<string, string>;
  variables: VariableInfo[];
  working_dir: string;
  jobs: JobInfo[];
}

/** One language's live state within a session. */
export interface RuntimeState extends KernelDescription {
  status: SessionStatus;
  language: Language;
  history: HistoryEntry[];
  /** How many processes this language's kernel has had. 1 is the first; 0: it was never started. */
  epoch: number;
}
