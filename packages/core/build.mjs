/**
 * Bundles the thread entry into one file: a session thread then loads one module instead of some
 * two hundred, which is most of its start-up time. Drivers stay apart; they are imported by URL.
 */
import { build } from 'rolldown';

await build({
  input: 'src/thread/run-session-thread.ts',
  cwd: import.meta.dirname,
  platform: 'node',
  tsconfig: 'tsconfig.json',
  logLevel: 'warn',
  output: { file: 'dist/session-thread.js', format: 'esm', sourcemap: true, codeSplitting: false },
});
