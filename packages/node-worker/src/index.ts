/**
 * Node sessions for Holdfast.
 *
 * `node()` describes the language to a session manager; the session thread loads `driver.ts` when it is first
 * used, which starts `kernel/main.cjs`. What the kernel does is told there, what a session promises in README.md.
 */
import type { LanguageDescriptor } from '@holdfast/protocol';

export interface NodeOptions {
  /** Node to run where the session names none; default: the one that the host runs on. */
  program?: string;
  /** Limit of the JavaScript heap, in MB (`--max-old-space-size`). A kernel that exceeds it dies, and is replaced. */
  maxHeapMb?: number;
}

export const node = (options: NodeOptions = {}): LanguageDescriptor => ({
  language: 'node',
  driver: new URL('../dist/driver.bundle.cjs', import.meta.url).href,
  options: { ...options },
});
