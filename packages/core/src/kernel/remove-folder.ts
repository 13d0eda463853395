/** Removes a folder that processes worked in which were killed just now. */
import { rmSync } from 'node:fs';

/** Who was killed may end a system call that it was in, and put a file there: the folder is then not empty for once. */
export const removeFolder = (path: string): void =>
  rmSync(path, { recursive: true, force: true, maxRetries: 6, retryDelay: 20 });
