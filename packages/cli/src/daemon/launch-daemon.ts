/** Starts a daemon in the background and waits until it listens. */
import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, renameSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { programFile } from '../package/package-facts.ts';
import { logFileOf, makeFolderOf } from './daemon-files.ts';

/** What `daemon run` writes to descriptor 3, one line. */
export type LaunchAnswer = { pid: number; url?: string } | { error: { message: string; code?: string } };

export const readyDescriptor = 3;
export const readyVariable = 'HOLDFAST_READY_FD';

const maxLogBytes = 8 * 1024 * 1024;

/** @param args - for `holdfast daemon run`. @throws CliError where it could not be started at all */
export const launchDaemon = async (
  socketPath: string,
  args: readonly string[] = [],
): Promise<LaunchAnswer> => {
  makeFolderOf(socketPath);
  const log = openLog(logFileOf(socketPath));
  try {
    const child = spawn(process.execPath, [programFile, 'daemon', 'run', ...args], {
      // Whoever started it, from wherever: it keeps no folder busy.
      cwd: homedir(),
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
      env: daemonEnvironment(process.env, socketPath),
    });
    child.unref();
    const failed = new Promise<never>((_, reject) => {
      child.once('error', reject);
    });
    const line = await Promise.race([readLine(child.stdio[readyDescriptor] as Readable), failed]);
    return JSON.parse(line) as LaunchAnswer;
  } catch (error) {
    throw new CliError(
      `The daemon could not be started: ${(error as Error).message}. Its log is ${logFileOf(socketPath)}.`,
      exitCodes.daemonDown,
    );
  } finally {
    closeSync(log);
  }
};

/**
 * Without the mark of a session: a daemon that is started from within one outlives it, and is none of the
 * processes that end with it.
 */
const daemonEnvironment = (env: NodeJS.ProcessEnv, socketPath: string): NodeJS.ProcessEnv => {
  const { HOLDFAST_SESSION: _mark, HOLDFAST_URL: _url, HOLDFAST_SESSIONS_DIR: sessions, ...rest } = env;
  return {
    ...rest,
    // It starts in another folder.
    ...(sessions ? { HOLDFAST_SESSIONS_DIR: resolve(sessions) } : {}),
    HOLDFAST_SOCKET: socketPath,
    [readyVariable]: String(readyDescriptor),
  };
};

/** One that has grown large makes room. */
const openLog = (path: string): number => {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxLogBytes) renameSync(path, `${path}.1`);
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  return openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
};

const readLine = async (stream: Readable): Promise<string> => {
  let text = '';
  for await (const piece of stream.setEncoding('utf8')) {
    text += piece as string;
    if (text.endsWith('\n')) return text;
  }
  throw new Error('it ended before it listened');
};
