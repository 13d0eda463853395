/**
 * Python sessions for Holdfast.
 *
 * `python()` describes the language to a session manager; the session thread loads `driver.ts` when it is
 * first used. `interpreter.ts` finds the program, and `kernel/` holds what runs inside Python: its overview
 * is in `kernel/main.py`.
 */
import type { LanguageDescriptor } from '@holdfast/protocol';

export interface PythonOptions {
  /** Program to run: a path, or a name to look up in the session's PATH. Default `python3`. */
  program?: string;
}

export const python = (options: PythonOptions = {}): LanguageDescriptor => ({
  language: 'python',
  driver: new URL('../dist/driver.bundle.cjs', import.meta.url).href,
  options: { ...options },
});
