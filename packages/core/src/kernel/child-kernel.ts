/**
 * Starts processes: kernels, and the few tools a session needs. The only file that knows execa, and
 * the one place where a kernel's command line could be wrapped (a sandbox, limits).
 */
import { execa } from 'execa';
import type { LaunchPlan } from './language-driver.ts';
import { assertDescriptors } from './reserve.ts';

/** How a kernel process ended. Both are null where that could not be learned. */
export interface KernelExit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** A started process, before anything was said on its control channel. */
export interface ChildKernel {
  readonly pid: number;
  readonly exited: Promise<KernelExit>;
}

export interface ChildKernelOptions {
  plan: LaunchPlan;
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Descriptors its own output goes to until a command gives it other pipes. */
  stdout: number;
  stderr: number;
}

/** This file, for a thread that loads it when the first process is started: execa is half of all its code. */
export interface ChildProcesses {
  startChildKernel: typeof startChildKernel;
  runTool: typeof runTool;
}

/** @throws the system's error when the program can not be executed (ENOENT, EACCES) or `cwd` is gone */
export const startChildKernel = async ({
  plan,
  cwd,
  env,
  stdout,
  stderr,
}: ChildKernelOptions): Promise<ChildKernel> => {
  assertDescriptors(descriptorsOfSpawn);
  const child = execa(plan.file, plan.args, {
    cwd,
    env: { ...env, ...plan.env },
    extendEnv: false,
    // Any descriptor is taken; execa's types name only the single digits.
    stdio: ['ignore', stdout as 3, stderr as 4],
    buffer: false,
    // Leader of a session and process group of its own, so that one signal reaches all it starts.
    detached: true,
    // The supervisor ends kernels; execa's own exit hook would run in the host's thread only.
    cleanup: false,
    reject: false,
  });
  const { pid } = child;
  if (pid === undefined) {
    const { originalMessage } = await child;
    throw new Error(originalMessage ?? `${plan.file} could not be executed`);
  }
  // Not execa's own word, for which it composes an error with a stack: a reset waits for this.
  const exited = new Promise<KernelExit>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  return { pid, exited };
};

/** Two pipes of two ends each, one that reports the exec, and room for other threads meanwhile. */
const descriptorsOfSpawn = 8;

/** Runs a small program to its end. @throws with its stderr when it fails */
export const runTool = async (file: string, args: string[]): Promise<string> => {
  assertDescriptors(descriptorsOfSpawn);
  const { stdout } = await execa(file, args, { stdin: 'ignore', cleanup: false });
  return stdout;
};

/** A process that outlives this thread: it is told things on its stdin until that closes. */
export interface CompanionProcess {
  readonly pid: number;
  write(text: string): void;
  readonly exited: Promise<unknown>;
  /** Closes its stdin. */
  end(): void;
}

/** @throws when no process can be had, or no descriptors */
export const startCompanion = (file: string, args: string[]): CompanionProcess => {
  assertDescriptors(descriptorsOfSpawn);
  const child = execa(file, args, {
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    extendEnv: false,
    detached: true,
    cleanup: false,
    reject: false,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started`);
  // It must not keep the host alive: when the host ends, its stdin closes and its work begins.
  child.unref();
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  child.stdin.on('error', () => undefined);
  return { pid, write: (text) => void child.stdin.write(text), exited: child, end: () => child.stdin.end() };
};
