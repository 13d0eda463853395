/** The whole of an output that outgrew its memory, in a file. */
import { closeSync, mkdirSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface SpillFile {
  readonly path: string;
  /** Set once the disk refused a write; what came after is missing from the file. */
  readonly error: Error | undefined;
  append(data: Uint8Array): void;
  close(): void;
}

/** Writes are synchronous: the disk is the backpressure, and nothing waits in memory. */
export const openSpillFile = (folder: string, name: string): SpillFile => {
  const path = join(folder, name);
  let error: Error | undefined;
  let fd: number | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    fd = openSync(path, 'wx', 0o600);
  } catch (cause) {
    error = cause as Error;
  }
  const fail = (cause: unknown): void => {
    error = cause as Error;
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
    // A torn file would be taken for the whole.
    try {
      unlinkSync(path);
    } catch {
      // Never made, or gone already.
    }
  };
  return {
    path,
    get error() {
      return error;
    },
    append(data) {
      try {
        for (let done = 0; fd !== undefined && done < data.length; ) done += writeSync(fd, data, done);
      } catch (cause) {
        fail(cause);
      }
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
};
