/**
 * A daemon where there is none. Of many that find none at the same time, one starts it, holding a lock;
 * the others wait until it answers.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from '@holdfast/client';
import type { HttpAnswer, LostSession } from '@holdfast/protocol';
import { acquireLock } from '@holdfast/server/daemon-lock';
import { CliError, noAccessError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { isLocal, type SocketTarget, type Target } from '../target.ts';
import { makeFolderOf, startingLockOf } from './daemon-files.ts';
import { describeLost } from './describe-lost.ts';
import { launchDaemon } from './launch-daemon.ts';

export interface EnsureOptions {
  /** For `daemon run`, where one must be started. */
  args?: readonly string[];
  /** Default: standard error. */
  tell?: (text: string) => void;
}

export type Health = HttpAnswer<'health'>;

// As long as it may take on a machine that has much else to do.
const patienceMs = 30_000;
const pauseMs = 20;

/**
 * Resolves when a daemon answers that takes commands; `started` says whether it is new.
 *
 * @throws CliError, DAEMON_UNREACHABLE (a daemon elsewhere is not ours to start), ACCESS_REFUSED
 */
export const ensureDaemon = async (
  target: Target,
  { args = [], tell = tellOnStderr }: EnsureOptions = {},
): Promise<{ started: boolean; health: Health }> => {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const health = await askHealth(target);
    if (health?.status === 'ok') return { started: false, health };
    if (!isLocal(target)) throw unreachable(target.url, health);
    const launched = await launchAlone(target, args);
    if (launched && 'pid' in launched) {
      const now = await askHealth(target);
      if (now?.status === 'ok') {
        await tellLost(target, launched.since, tell);
        return { started: true, health: now };
      }
    }
    // One that is about to end still holds the socket: that is a matter of waiting. Nothing else is.
    if (launched && 'error' in launched && launched.error.code !== 'DAEMON_RUNNING') {
      throw new CliError(`The daemon could not be started: ${launched.error.message}`, exitCodes.daemonDown);
    }
    if (performance.now() > giveUpAt) throw unreachable(target.socketPath, health);
    await delay(pauseMs);
  }
};

/** undefined: nobody answers. */
export const askHealth = async (target: Target): Promise<Health | undefined> => {
  const connection = createConnection({ ...target, reconnectMs: 0 });
  try {
    return await connection.call('health');
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'DAEMON_UNREACHABLE') return undefined;
    if (code === 'EACCES' && isLocal(target)) throw noAccessError(target.socketPath);
    throw error;
  } finally {
    connection.close();
  }
};

/** undefined: somebody else is about to start it, or has done so. */
const launchAlone = async (target: SocketTarget, args: readonly string[]) => {
  makeFolderOf(target.socketPath);
  const lock = await acquireLock(startingLockOf(target.socketPath));
  if ('heldBy' in lock) return undefined;
  try {
    // Who had the lock before may have started one.
    if (await askHealth(target)) return undefined;
    const since = new Date().toISOString();
    return { since, ...(await launchDaemon(target.socketPath, args)) };
  } finally {
    lock.release();
  }
};

const tellLost = async (target: SocketTarget, since: string, tell: (text: string) => void): Promise<void> => {
  const connection = createConnection(target);
  try {
    const { lost } = await connection.call('lost');
    const fresh = lost.filter(({ foundAt }: LostSession) => foundAt >= since);
    if (fresh.length > 0) tell(`The daemon had been killed; a new one was started. ${describeLost(fresh)}`);
  } finally {
    connection.close();
  }
};

const unreachable = (where: string, health: Health | undefined): CliError =>
  new CliError(
    health
      ? `The daemon at ${where} is about to end and takes nothing new.`
      : `No daemon answers at ${where}. Is it running there? A remote one is not started from here.`,
    exitCodes.daemonDown,
  );

const tellOnStderr = (text: string): void => {
  process.stderr.write(`holdfast: ${text}\n`);
};
