/** Opens the daemon's doors: a Unix socket that is its own alone, or a TCP port. */
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { DaemonRunningError, InvalidOptionsError } from '@holdfast/protocol';
import { acquireLock } from './daemon-lock.ts';

export interface SocketClaim {
  release(): void;
}

/** From here on no other daemon uses that socket. @throws DAEMON_RUNNING */
export const claimSocket = async (socketPath: string): Promise<SocketClaim> => {
  const lock = await acquireLock(`${socketPath}.lock`);
  if ('heldBy' in lock) {
    const { pid } = lock.heldBy;
    throw new DaemonRunningError(`A daemon (process ${pid}) serves ${socketPath} already.`, {
      data: { socketPath, pid },
    });
  }
  try {
    await removeStale(socketPath);
  } catch (error) {
    lock.release();
    throw error;
  }
  return lock;
};

/** Readable and writable for its owner alone, from the first moment. */
export const listenOnSocket = async (server: Server, socketPath: string): Promise<void> => {
  // The socket is made within the call, so nothing else is made with this mask.
  const umask = process.umask(0o177);
  try {
    server.listen(socketPath);
  } finally {
    process.umask(umask);
  }
  await listening(server);
  chmodSync(socketPath, 0o600);
};

/** @returns where it listens */
export const listenOnPort = async (server: Server, host: string, port: number): Promise<string> => {
  server.listen(port, host);
  try {
    await listening(server);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new DaemonRunningError(`Something listens on ${host}:${port} already.`, {
      data: { host, port },
      cause: error,
    });
  }
  const { address, port: actual, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`;
};

const listening = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });

/** We hold the lock: what is there belongs to a dead daemon, or to something else entirely. */
const removeStale = async (socketPath: string): Promise<void> => {
  const there = lstatSync(socketPath, { throwIfNoEntry: false });
  if (!there) return;
  if (!there.isSocket()) {
    throw new InvalidOptionsError(`${socketPath} is there already, and is not a socket.`, {
      data: { option: 'socketPath' },
    });
  }
  if (await isAnswered(socketPath)) {
    throw new DaemonRunningError(`Something that is no daemon of this version serves ${socketPath}.`, {
      data: { socketPath },
    });
  }
  rmSync(socketPath);
};

const isAnswered = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
