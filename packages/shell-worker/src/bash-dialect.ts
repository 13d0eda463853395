/** How a bash kernel is started. */
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InterruptStep, LaunchContext, LaunchPlan } from '@holdfast/core/driver-kit';
import { checkpointFile } from './bash-command.ts';
import { firstLine, type KernelPaths, scriptPipe } from './bash-lines.ts';

const kernelDir = fileURLToPath(new URL('../kernel', import.meta.url));

/**
 * SIGINT ends what listens to it, and the shell by its exit trap. Deaf children are killed; a shell that ignores
 * SIGINT and SIGTERM has an exit trap for SIGXCPU still.
 */
export const bashInterruptSteps: readonly InterruptStep[] = [
  { atMs: 0, name: 'SIGINT', target: 'both', signal: 'SIGINT', call: 'beside' },
  { atMs: 400, name: 'SIGTERM', target: 'both', signal: 'SIGTERM' },
  { atMs: 900, name: 'SIGKILL to children', target: 'children', signal: 'SIGKILL' },
  { atMs: 1_100, name: 'SIGXCPU to kernel', target: 'kernel', signal: 'SIGXCPU' },
  { atMs: 1_500, name: 'SIGVTALRM to kernel', target: 'kernel', signal: 'SIGVTALRM' },
];

export const bashPaths = (context: LaunchContext, program: string): KernelPaths => ({
  controlIn: context.controlIn,
  controlOut: context.controlOut,
  scratchDir: context.scratchDir,
  program,
  kernelDir: join(context.scratchDir, 'kernel'),
});

export const hasCheckpoint = (scratchDir: string): boolean => existsSync(join(scratchDir, checkpointFile));

/**
 * Bash reads its script from a pipe under the name `bash`: that name is $0 and begins its error messages. A script
 * is looked for in the working directory, so bash starts in the scratch folder and is told the real one as an
 * argument. The pipe is open for reading and writing from the start, so that no open waits and nothing is lost.
 */
export const planBash = (paths: KernelPaths): LaunchPlan => {
  rmSync(scriptPipe(paths), { force: true });
  return { file: '/bin/sh', args: ['-c', launch, 'sh', paths.scratchDir, paths.program, firstLine(paths)] };
};

const launch =
  'p=$PWD;cd "$1"&&command -p mkfifo -m 600 bash&&exec 9<>bash&&printf "%s\\n" "$3" >&9&&exec "$2" --norc --noprofile bash "$p"';

/** A short path to the kernel's scripts, for texts that a shell reads byte by byte. */
export const linkKernel = (paths: KernelPaths): void => link(kernelDir, paths.kernelDir);

const link = (target: string, path: string): void => {
  rmSync(path, { force: true });
  symlinkSync(target, path);
};
