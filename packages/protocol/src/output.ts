/** What a command gives back. */

import type { Language } from './command.ts';
import type { CommandId } from './ids.ts';
import type { KernelError } from './kernel-api.ts';

/** A value in one or more forms: `text` for people and models, `data` by MIME type (binary as base64). */
export interface MimeBundle {
  text: string;
  data: Record<string, string>;
}

export type OutputStream = 'stdout' | 'stderr';

/** How `stdout` and `stderr` of a result are given. */
export type OutputEncoding = 'utf8' | 'bytes';

/** A piece of output as it arrived. */
export interface OutputChunk<Data extends string | Uint8Array = string> {
  stream: OutputStream;
  data: Data;
}

/** Output beyond `maxOutputBytes` loses its middle: what was left out of each stream, in bytes. */
export interface Truncation {
  stdoutOmittedBytes: number;
  stderrOmittedBytes: number;
}

/** Why live state is gone. */
export interface StateLost {
  /** In plain words: `kernel was killed by SIGKILL`. */
  reason: string;
  language: Language;
}

/** What a timeout or an interrupt did. */
export interface Interruption {
  /** What was asked first: `SIGINT`. */
  asked: string;
  /** The strongest step that was needed, if asking did not do. */
  escalatedTo?: string;
  /** Whether variables, functions and cwd survived. */
  stateKept: boolean;
}

/** One result shape for success and failure. */
export interface RuntimeOutput<Data extends string | Uint8Array = string> {
  commandId: CommandId;
  language: Language;
  stdout: Data;
  stderr: Data;
  /** 0 to 255, or null where the command died without one. */
  exitCode: number | null;
  /** The signal that ended the kernel, if one did. */
  signal: string | null;
  /** Exit code 0 and no uncaught error, timeout or interrupt. */
  success: boolean;
  error?: KernelError;
  result?: MimeBundle;
  outputs?: MimeBundle[];
  /** From when it began to run to its result, in milliseconds. */
  durationMs: number;
  timedOut: boolean;
  interrupted: boolean;
  interruption?: Interruption;
  /** The code asked to end (`exit 3`, `sys.exit()`); the session went on. */
  exited: boolean;
  truncated?: Truncation;
  /** File with the whole output, where spilling is on. stdout and stderr as `<path>.stdout`, `<path>.stderr`. */
  fullOutputPath?: string;
  /** How many processes this language's kernel has had, this command's included. */
  epoch: number;
  stateLost?: StateLost;
}
