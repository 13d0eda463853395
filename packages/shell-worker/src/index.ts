/**
 * Shell sessions for Holdfast.
 *
 * `bash()` describes the language to a session manager; the session thread loads `driver.ts` when it is first
 * used. What keeps a shell alive through `exit`, signals and redirected descriptors is told in README.md.
 */
import type { LanguageDescriptor } from '@holdfast/protocol';

export interface ShellOptions {
  /** Program to run where the session names none: `bash`, `/bin/sh`, `/bin/zsh`. */
  program?: string;
}

export const bash = (options: ShellOptions = {}): LanguageDescriptor => ({
  language: 'bash',
  driver: new URL('../dist/driver.bundle.cjs', import.meta.url).href,
  options: { ...options },
});
