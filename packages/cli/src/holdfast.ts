/** What `bin/holdfast.cjs` runs, bundled: `exec` by the short way, everything else by `program.ts`. */
import { exitCodeOf } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { exec } from './fast/exec.ts';
import { isAllWritten, writeOut } from './fast/write-out.ts';

const main = async (args: string[]): Promise<number> => {
  if (args[0] === 'exec') {
    const code = await exec(args.slice(1), {
      ensureDaemon: async (target) => {
        await (await import('./daemon/ensure-daemon.ts')).ensureDaemon(target);
      },
    });
    // A natural end takes Node 3 ms longer: only for what still waits for its reader.
    if (code !== undefined && isAllWritten()) process.exit(code);
    if (code !== undefined) return code;
  }
  return (await import('./program.ts')).runProgram(args);
};

const report = async (error: unknown): Promise<number> => {
  const { code, message } = error as { code?: string; message?: string };
  // Nobody is there to be told.
  if (message === '') return exitCodeOf(error);
  if (code === 'SESSION_NOT_FOUND' || code === 'SESSION_TERMINATED') {
    const { explainMissing } = await import('./missing-session.ts');
    writeOut(2, `holdfast: ${await explainMissing(error as Error)}\n`);
  } else if (exitCodeOf(error) === exitCodes.internal) {
    // Not foreseen: whoever reports it needs the stack.
    writeOut(2, `holdfast: ${error instanceof Error ? error.stack : String(error)}\n`);
  } else writeOut(2, `holdfast: ${message}\n`);
  return exitCodeOf(error);
};

main(process.argv.slice(2))
  .catch(report)
  .then((code) => {
    process.exitCode = code;
  });
