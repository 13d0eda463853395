/** One unit of work: code, language, options. */
import type { CommandId } from './ids.ts';

export const languages = ['bash', 'python', 'node'] as const;

/** `bash` stands for the session's shell, whichever dialect it is (`shell: '/bin/sh'`). */
export type Language = (typeof languages)[number];

export const isLanguage = (value: unknown): value is Language =>
  typeof value === 'string' && (languages as readonly string[]).includes(value);

/** A command on its way from the host to the session thread. Structured-cloneable. */
export interface CommandEnvelope {
  id: CommandId;
  code: string;
  language: Language;
  /** Limit in milliseconds from when the command begins to run; 0 means none. */
  timeoutMs: number;
  /** For this command alone. */
  cwd?: string;
  /** For this command alone, laid over the session's environment. */
  env?: Record<string, string>;
  /** Whole standard input, or `'open'`: it comes later, frame by frame. Absent: `/dev/null`. */
  stdin?: Uint8Array | 'open';
  /** The host reads the output as it comes: send chunks, within the credits it gives. */
  stream: boolean;
}
