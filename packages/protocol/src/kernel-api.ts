/**
 * What a session thread asks of a kernel: the same five calls for every language.
 *
 * They travel as comlink's wire messages on the kernel's control channel. A kernel that is not
 * JavaScript answers them as JSON, one message a line:
 * `{id, type: 'APPLY', path: ['run'], argumentList: [{type: 'RAW', value}]}` is answered by
 * `{id, type: 'RAW', value}`, or, where the call failed, by
 * `{id, type: 'HANDLER', name: 'throw', value: {isError: true, value: {name, message, stack}}}`.
 */
import type { CommandId } from './ids.ts';
import type { MimeBundle } from './output.ts';
import type { KernelDescription } from './state.ts';

/** One command, as a kernel sees it. */
export interface RunRequest {
  commandId: CommandId;
  code: string;
  /** Path of a pipe that the kernel opens for writing and makes its standard output for this command. */
  stdout: string;
  /** The same for standard error. */
  stderr: string;
  /** Path that the kernel opens for reading as standard input. Absent: `/dev/null`, or what the user redirected it to. */
  stdin?: string;
  /** Working directory for this command alone; the kernel goes back afterwards. */
  cwd?: string;
  /** Environment variables for this command alone, laid over the kernel's own. */
  env?: Record<string, string>;
  /** How many signals were sent to stop the command before: one may still be on its way, and is not for this one. */
  signalsBefore?: number;
}

/** What became of a command that the kernel itself could answer for. */
export interface RunReply {
  /** 0 to 255. A signal's death is 128 + its number, as in a shell. */
  exitCode: number;
  /** The code asked to end (`exit`, `sys.exit`, `process.exit`, errexit); state was kept. */
  exited?: boolean;
  /** The language's own uncaught error; its traceback was also written to the command's stderr. */
  error?: KernelError;
  /** Value of the last expression (Python, Node). */
  result?: MimeBundle;
  /** Rich output shown along the way (figures, `display()`), in order. */
  outputs?: MimeBundle[];
  /** State that did not survive the command although the kernel did: told to the user as `stateLost`. */
  stateLost?: string;
  /** The kernel could not take the pipes it was given and kept writing to the ones before. */
  keptOutput?: boolean;
  /** Processes that the command started still hold its output pipes: give fresh ones next time. */
  strayWriters?: boolean;
}

/** An uncaught error in the user's code. */
export interface KernelError {
  /** The error's class: `ZeroDivisionError`, `TypeError`. */
  name: string;
  message: string;
  /** As the language prints it, without frames of the kernel. */
  traceback?: string;
}

/** What follows the user from one language to the next. */
export interface KernelContext {
  /** Absolute path. */
  cwd: string;
  /** Exported environment, whole. */
  env: Record<string, string>;
  /** Nothing ran in the kernel yet: it is to be as if it had been started so. */
  first?: boolean;
}

export interface KernelHello {
  pid: number;
  /** Version of the language, `5.2.15(1)-release`, `3.11.7`, `v20.20.2`. */
  version: string;
  /** What of an earlier kernel's state this one took over, in plain words. */
  restored?: string;
}

/** The calls themselves. All but `interrupt` are answered only while no command runs. */
export interface KernelApi {
  /** Sent once, at start; its answer tells that the kernel is ready. */
  hello(): Promise<KernelHello>;
  run(request: RunRequest): Promise<RunReply>;
  describe(): Promise<KernelDescription>;
  getContext(): Promise<KernelContext>;
  /** Changes directory and makes the exported environment equal to the one given. */
  setContext(context: KernelContext): Promise<void>;
  /** Asks a running command to stop, where a signal alone would not do. Answered at once. */
  interrupt(): Promise<void>;
  /** Asks the kernel to end in an orderly way (exit traps, atexit). Not answered: the process ends. */
  shutdown(): Promise<void>;
}
