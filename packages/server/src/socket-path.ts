/** Where the daemon's socket and its own files are. */
import { lstatSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InvalidOptionsError } from '@holdfast/protocol';

/** `HOLDFAST_SOCKET`, else in the user's runtime directory, else in `~/.holdfast`. */
export const defaultSocketPath = (env: NodeJS.ProcessEnv = process.env): string => {
  if (env.HOLDFAST_SOCKET) return resolve(env.HOLDFAST_SOCKET);
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, 'holdfast', 'daemon.sock');
  // The command line asks here at every start: what it does not need is not loaded.
  const home = env.HOME || process.getBuiltinModule('node:os').homedir();
  return join(home, '.holdfast', 'daemon.sock');
};

// `sun_path` has 108 bytes, one of them the end.
const maxSocketPathBytes = 107;

/** Makes the folder it is in, for this user alone. @throws INVALID_OPTIONS */
export const prepareSocketFolder = (socketPath: string): void => {
  if (Buffer.byteLength(socketPath) > maxSocketPathBytes) {
    throw new InvalidOptionsError(
      `The socket path ${socketPath} is too long: ${maxSocketPathBytes} bytes at most. Set HOLDFAST_SOCKET.`,
      { data: { option: 'socketPath' } },
    );
  }
  const folder = dirname(socketPath);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  const isSticky = (mode & 0o1000) !== 0;
  // Whoever can rename in there could put a socket of his own in this one's place.
  if ((uid !== process.getuid?.() && uid !== 0) || ((mode & 0o022) !== 0 && !isSticky)) {
    throw new InvalidOptionsError(
      `The socket can not be in ${folder}: others may write there. Use a folder of your own with mode 0700.`,
      { data: { option: 'socketPath' } },
    );
  }
};
