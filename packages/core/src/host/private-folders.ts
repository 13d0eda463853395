/** Folders that are this host's alone, from the first session to the end of the manager. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ResourceExhaustedError } from '@holdfast/protocol';

export interface PrivateFolders {
  /** Every session has a folder in it. */
  tmpDir: string;
  /** For the names of pipes, which live for an instant. The same folder, where there is none in memory. */
  pipeDir: string;
}

/** @throws RESOURCE_EXHAUSTED */
export const makePrivateFolders = (): PrivateFolders => {
  const tmpDir = makeTmpDir();
  return { tmpDir, pipeDir: makePipeDir(tmpDir) };
};

const inMemory = '/dev/shm';

/** In the first of the usual places that lets us: /tmp may be full, read-only or missing. */
const makeTmpDir = (): string => {
  const places = [tmpdir(), process.env.XDG_RUNTIME_DIR, inMemory, join(homedir(), '.cache')];
  const failures: string[] = [];
  for (const place of places) {
    if (!place) continue;
    try {
      // 0700, whatever the umask.
      return mkdtempSync(join(place, 'holdfast-'));
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  throw new ResourceExhaustedError(
    `No folder for sessions could be made: ${failures.join('; ')}. Set TMPDIR.`,
  );
};

/**
 * ext4 does not give a new file the place of one that was removed in the last minutes, and looks at each of those anew: after a
 * few thousand pipes, whose names are gone at once, a new one takes a millisecond.
 */
const makePipeDir = (tmpDir: string): string => {
  try {
    const folder = join(inMemory, basename(tmpDir));
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  } catch {
    return tmpDir;
  }
};
