/** `holdfast start`: a session in this directory, with this shell's environment. */
import { resolve } from 'node:path';
import type { SessionConfig } from '@holdfast/protocol';
import { usageError } from '../cli-error.ts';
import { parseDuration } from '../durations.ts';
import { exitCodes } from '../exit-codes.ts';
import { parseEnvironment } from '../fast/exec-arguments.ts';
import { isJson, type JsonOption, printJson, printLine, tell } from '../output.ts';
import { isLocal } from '../target.ts';
import { withDaemon } from '../with-daemon.ts';

export interface StartOptions extends JsonOption {
  cwd?: string;
  env?: string[];
  timeout?: string;
  idleTimeout?: string;
  name?: string;
}

export const programs = ['bash', 'python3', 'node', 'sh', 'zsh'] as const;

export const start = async (program: string, options: StartOptions): Promise<number> =>
  withDaemon(async (connection, target) => {
    const { session, created } = await connection.call('openSession', {
      body: {
        ...(options.name === undefined ? {} : { workspaceId: options.name }),
        config: configOf(program, options, isLocal(target)),
      },
    });
    if (!created) {
      tell(
        `${options.name} is there already, with ${session.program}: nothing was started, the options were not used`,
      );
    }
    if (isJson(options)) printJson({ session_id: session.sessionId });
    else printLine(session.sessionId);
    return exitCodes.ok;
  });

/** @param isHere - the session sees the folders and programs that this program sees */
export const configOf = (
  program: string,
  { cwd, env, timeout, idleTimeout }: StartOptions,
  isHere: boolean,
): SessionConfig => {
  const own = isHere ? ownEnvironment() : {};
  const folder = cwd === undefined ? undefined : isHere ? resolve(cwd) : cwd;
  return {
    ...languageOf(program),
    // A daemon elsewhere has other folders.
    ...(folder ? { cwd: folder } : isHere ? { cwd: process.cwd() } : {}),
    env: { ...own, ...parseEnvironment(env ?? []) },
    ...(timeout === undefined ? {} : { timeoutMs: parseDuration('--timeout', timeout) }),
    ...(idleTimeout === undefined ? {} : { idleTimeoutMs: parseDuration('--idle-timeout', idleTimeout) }),
  };
};

const languageOf = (program: string): Pick<SessionConfig, 'language' | 'shell'> => {
  if (program === 'bash') return { language: 'bash' };
  if (program === 'sh' || program === 'zsh') return { language: 'bash', shell: program };
  if (program === 'python3' || program === 'python') return { language: 'python' };
  if (program === 'node') return { language: 'node' };
  throw usageError(`There is no program ${JSON.stringify(program)} to start: ${programs.join(', ')}.`);
};

const passed = /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TERM|TMPDIR)$/;

/** The daemon was started from some other shell: the PATH that counts is that of the caller. */
const ownEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => passed.test(entry[0]) && entry[1] !== undefined,
    ),
  );
