/**
 * The driver contract: all that a language package gives to core.
 *
 * A driver says how its kernel is started, how calls are put on its control channel, and which
 * steps a stuck command is worth. Starting the process, capturing output, supervising, and killing
 * are the same for all languages and live in this folder.
 */

import type { KernelApi, Language } from '@holdfast/protocol';
import type { ControlChannel } from './control-channel.ts';

/** What a driver may know when it plans a launch. */
export interface LaunchContext {
  /** Private folder of the session (0700), gone when the session ends. For large commands, restore files. */
  scratchDir: string;
  /** Absolute path or program name given by the user (`shell: '/bin/zsh'`), if any. */
  program?: string;
  /** Path of the pipe the kernel reads calls from. Can be opened again at any time. */
  controlIn: string;
  /** Path of the pipe the kernel writes answers to. Can be opened again at any time. */
  controlOut: string;
  /**
   * Path of a pipe that nobody ever writes to, and whose only writer is the host: when that dies, in whatever way, the
   * kernel's read end hears of it. Can be opened again at any time. Only for drivers with `needsLifeline`.
   */
  lifeline?: string;
  /** The environment the kernel will start with: allowlist, session env, marker. Already final. */
  env: Readonly<Record<string, string>>;
}

/** How to start a kernel. Its stdin is /dev/null, its stdout and stderr are pipes, it leads a process group. */
export interface LaunchPlan {
  file: string;
  args: string[];
  /** Laid over the context's env; for the kernel's own needs, which it must remove before user code sees them. */
  env?: Record<string, string>;
}

/** One step of the ladder that a timeout or an interrupt climbs, until the command has ended. */
export interface InterruptStep {
  /** Milliseconds after the ladder began. */
  atMs: number;
  /** What is told to the user if this was the step that did it: `SIGINT`, `SIGTERM to children`. */
  name: string;
  /** Who gets the signal: the kernel, the processes that the command started, or both. */
  target: 'kernel' | 'children' | 'both';
  /** Signal to send; absent where only `call` is wanted. */
  signal?: NodeJS.Signals;
  /**
   * Also call `KernelApi.interrupt`: `beside` the signal, or `first`, and then the kernel is signalled
   * only if it does not answer at once.
   */
  call?: 'beside' | 'first';
}

/** A driver, one per kernel process: it may hold state for the connection. */
export interface LanguageDriver {
  readonly language: Language;
  /** Default signal ladder; the last resort (SIGKILL and a new kernel) is core's and follows these. */
  readonly interruptSteps: readonly InterruptStep[];
  /**
   * The kernel keeps one stdout and one stderr pipe for its life and can not let go of them between
   * commands (Node). Otherwise it opens the pipes of each request and closes them before it replies.
   */
  readonly holdsOutput: boolean;
  /**
   * The kernel watches a pipe of its own for the host's death, because it does not look at its control channel while
   * a command runs. Default: it has none, and its control channel is all that tells.
   */
  readonly needsLifeline?: boolean;
  /**
   * Whether the language looks at this environment variable when it starts, so that changing it later is
   * not the same. Default: none. A kernel that was started ahead is used only where none of these differ.
   */
  readsAtStart?(name: string): boolean;
  plan(context: LaunchContext): LaunchPlan | Promise<LaunchPlan>;
  /** The kernel's calls over the control channel. For kernels that speak JSON: `jsonKernel(channel)`. */
  connect(channel: ControlChannel): KernelApi;
  /**
   * Set while the kernel can not take signals (a shell that becomes a fresh one has no traps for a moment):
   * settles when it can. Undefined: it can now.
   */
  readonly listening?: Promise<void> | undefined;
  /** Asked when the process died: what of its state the next kernel will bring back, in plain words. */
  salvage?(): string | undefined;
  /** Throws `INVALID_COMMAND` for code that this language can not be given (NUL bytes in a shell). */
  validate?(code: string): void;
}

/** What a driver module (`export const createDriver`) must export. */
export interface DriverModule {
  createDriver(options: DriverOptions): LanguageDriver;
}

/** Plain data that travels from the host's language descriptor to the driver. */
export type DriverOptions = Readonly<Record<string, string | number | boolean | undefined>>;
