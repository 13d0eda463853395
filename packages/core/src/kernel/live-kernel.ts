/** A kernel that is up: its process, its control channel as typed calls, its output pipes. */
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type KernelApi, type KernelHello, SpawnFailedError } from '@holdfast/protocol';
import { createMortalCalls } from '../rpc/mortal-calls.ts';
import type { ChildKernel, KernelExit } from './child-kernel.ts';
import { type OpenControlChannel, openControlChannel } from './control-channel.ts';
import type { Fifo, FifoPool } from './fifo.ts';
import type { LaunchKernel } from './kernel-launch.ts';
import type { LanguageDriver } from './language-driver.ts';
import { createOutputPipes, type OutputPipes } from './output-pipes.ts';
import { whenOverdue } from './patience.ts';
import { createPipeReader } from './pipe-reader.ts';
import { signalProcess } from './process-table.ts';
import { climbShutdownLadder, killTree, type ShutdownGrace } from './shutdown-ladder.ts';

/** Thrown by calls that were under way, or are made, when the kernel's process has ended. */
export class KernelDiedError extends Error {
  readonly exit: KernelExit;

  constructor(exit: KernelExit) {
    super(describeExit(exit));
    this.name = 'KernelDiedError';
    this.exit = exit;
  }
}

export interface LiveKernel {
  readonly driver: LanguageDriver;
  readonly hello: KernelHello;
  readonly pid: number;
  readonly pipes: OutputPipes;
  /** Settles once the process has ended, never rejects. */
  readonly exited: Promise<KernelExit>;
  /** Makes a call. @throws KernelDiedError when the process ends before it answers */
  call<Value>(make: (api: KernelApi) => Promise<Value>): Promise<Value>;
  /**
   * Makes a call that any kernel answers at once between commands. One that was stopped is woken,
   * one that is stuck is killed: nobody waits for ever.
   */
  errand<Value>(make: (api: KernelApi) => Promise<Value>): Promise<Value>;
  /** Ends it in an orderly way if it can (`ask`), with all it started. */
  end(options: { ask: boolean; grace?: ShutdownGrace }): Promise<void>;
  /** SIGKILL to it and all it started, now. */
  kill(): void;
}

export interface LiveKernelOptions {
  driver: LanguageDriver;
  pool: FifoPool;
  launch: LaunchKernel;
  scratchDir: string;
  cwd: string;
  env: Readonly<Record<string, string>>;
  program?: string;
  /** Told as soon as there is a process, long before it is ready. */
  onStarted?(pid: number): void;
}

/** How long a kernel may take to say hello. A cold Python on a loaded machine needs seconds. */
const helloTimeoutMs = 30_000;

/** An errand takes about a millisecond; on a machine that is overloaded, a hundred. */
const errandWakeMs = 500;
const errandLimitMs = 5_000;

/** @throws SPAWN_FAILED with the child's stderr in `data` */
export const startLiveKernel = async (options: LiveKernelOptions): Promise<LiveKernel> => {
  const { driver, pool, launch, scratchDir, cwd, env, program, onStarted } = options;
  const { stdout, stderr, channel } = await openPipes(driver, pool, scratchDir);
  let child: ChildKernel;
  try {
    const { controlIn, controlOut, lifeline } = channel;
    const plan = await driver.plan({
      scratchDir,
      controlIn,
      controlOut,
      env,
      ...(lifeline ? { lifeline } : {}),
      ...(program ? { program } : {}),
    });
    child = await launch({ plan, cwd, env, stdout: stdout.path, stderr: stderr.path });
  } catch (error) {
    channel.close();
    pool.release(stdout);
    pool.release(stderr);
    throw spawnFailed(driver, (error as Error).message, '', error);
  }

  const { pid, exited } = child;
  onStarted?.(pid);
  const { call, end: endCalls } = createMortalCalls(driver.connect(channel));
  void exited.then((exit) => {
    endCalls(new KernelDiedError(exit));
    channel.close();
  });
  try {
    const hello = await withTimeout(
      call((kernel) => kernel.hello()),
      helloTimeoutMs,
    );
    const pipes = createOutputPipes({
      pool,
      kernelPid: pid,
      holdsOutput: driver.holdsOutput,
      initial: { stdout, stderr },
    });
    void exited.then(() => pipes.release());
    const end: LiveKernel['end'] = ({ ask, grace }) =>
      climbShutdownLadder(
        {
          pid,
          exited,
          ...(ask ? { ask: () => void call((api) => api.shutdown()).catch(() => undefined) } : {}),
        },
        grace,
      );
    const kill = (): void => killTree(pid);
    const errand: LiveKernel['errand'] = async (make) => {
      const wake = setTimeout(() => signalProcess(pid, 'SIGCONT'), errandWakeMs);
      const answered = whenOverdue(pid, errandLimitMs, kill);
      try {
        return await call(make);
      } finally {
        clearTimeout(wake);
        answered();
      }
    };
    return { driver, hello, pid, pipes, exited, call, errand, end, kill };
  } catch (error) {
    killTree(pid);
    await exited;
    const printed = readAll(stderr);
    pool.release(stdout);
    pool.release(stderr);
    throw spawnFailed(driver, (error as Error).message, printed, error);
  }
};

const openPipes = async (
  driver: LanguageDriver,
  pool: FifoPool,
  scratchDir: string,
): Promise<{ stdout: Fifo; stderr: Fifo; channel: OpenControlChannel }> => {
  const taken: Fifo[] = [];
  try {
    while (taken.length < (driver.needsLifeline ? 5 : 4)) taken.push(await pool.take());
  } catch (error) {
    taken.forEach(pool.release);
    throw spawnFailed(driver, (error as Error).message, '', error);
  }
  const [stdout, stderr, toKernel, fromKernel, lifeline] = taken as [Fifo, Fifo, Fifo, Fifo, Fifo?];
  taken.slice(2).forEach(pool.disown);
  try {
    return { stdout, stderr, channel: openControlChannel(toKernel, fromKernel, scratchDir, lifeline) };
  } catch (error) {
    pool.release(stdout);
    pool.release(stderr);
    throw spawnFailed(driver, (error as Error).message, '', error);
  }
};

const spawnFailed = (
  driver: LanguageDriver,
  reason: string,
  stderr: string,
  cause: unknown,
): SpawnFailedError =>
  new SpawnFailedError(
    `The ${driver.language} kernel could not be started: ${reason}.${stderr ? ` It printed: ${stderr.trim()}` : ''}`,
    { data: { language: driver.language, stderr }, cause },
  );

const readAll = (fifo: Fifo): string => {
  const pieces: Uint8Array[] = [];
  createPipeReader(fifo, (data) => pieces.push(data)).drain();
  return Buffer.concat(pieces).toString('utf8');
};

/** In plain words: what a user reads in `stateLost.reason`. */
export const describeExit = ({ exitCode, signal }: KernelExit): string => {
  if (signal) return `the kernel's process was killed by ${signal}`;
  return exitCode === null
    ? "the kernel's process ended, and so had the one that would have told how"
    : `the kernel's process ended with exit code ${exitCode}`;
};

/** Why state is gone, and what the next kernel will bring back of it. */
export const describeLoss = (exit: KernelExit, driver: LanguageDriver): string => {
  const restorable = driver.salvage?.();
  return restorable ? `${describeExit(exit)}; ${restorable}` : describeExit(exit);
};

/** As a shell tells it: 128 and the signal's number. */
export const exitCodeOf = ({ exitCode, signal }: KernelExit): number | null =>
  signal ? 128 + constants.signals[signal] : exitCode;

const withTimeout = async <Value>(promise: Promise<Value>, ms: number): Promise<Value> => {
  const timer = new AbortController();
  const timeout = delay(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`it did not say hello within ${ms} ms`);
  });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    timer.abort();
  }
};
