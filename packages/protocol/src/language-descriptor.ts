import type { Language } from './command.ts';

/** How the host names a language to the session thread: plain data, so that core imports no language package. */
export interface LanguageDescriptor {
  language: Language;
  /** File URL of the module that exports `createDriver`; imported in the thread on first use. */
  driver: string;
  /** Handed to `createDriver`. */
  options: Record<string, string | number | boolean | undefined>;
}
