/** Removes a folder that processes worked in which were killed just now. */
import { lstatSync, readdirSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A link that lies in its place is removed, not what it leads to.
 *
 * @throws the system's error when it can not be removed; one that is not there is none
 */
export const removeFolder = (path: string): void => {
  if (removeFlat(path)) return;
  // Who was killed may end a system call that it was in, and put a file there: the folder is then not empty for once.
  rmSync(path, { recursive: true, force: true, maxRetries: 6, retryDelay: 20 });
};

/** One without folders in it, as a kernel's is: half of what `rmSync` takes, which tries first what fails. */
const removeFlat = (path: string): boolean => {
  try {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
    for (const name of readdirSync(path)) unlinkSync(join(path, name));
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
};
