/** Files that lie beside the daemon's socket. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export const logFileOf = (socketPath: string): string => `${socketPath}.log`;
export const stateDirOf = (socketPath: string): string => `${socketPath}.state`;
export const startingLockOf = (socketPath: string): string => `${socketPath}.starting`;

export const makeFolderOf = (socketPath: string): void => {
  mkdirSync(dirname(socketPath), { recursive: true, mode: 0o700 });
};
