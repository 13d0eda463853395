/** Bundles what a worker thread runs (a small entry, and what that loads: the code of session threads, and what starts processes), and the launcher. */
import { bundle } from '../../scripts/lib/bundle.mjs';

await bundle(import.meta.dirname, {
  input: 'src/thread/run-session-thread.ts',
  file: 'dist/session-thread.cjs',
  format: 'cjs',
  isFunction: true,
});
await bundle(import.meta.dirname, {
  input: 'src/kernel/child-kernel.ts',
  file: 'dist/child-kernel.cjs',
  format: 'cjs',
  isFunction: true,
});
await bundle(import.meta.dirname, {
  input: 'src/thread/session-thread-entry.ts',
  file: 'dist/session-thread-entry.cjs',
  format: 'cjs',
});
await bundle(import.meta.dirname, {
  input: 'src/kernel/launcher-process.ts',
  file: 'dist/launcher-process.cjs',
  format: 'cjs',
});
