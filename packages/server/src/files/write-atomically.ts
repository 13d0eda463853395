/** Files that are whole or not there, readable by their owner alone. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';

export const fileMode = 0o600;
export const folderMode = 0o700;

/** Replaces the file at once: whoever reads it sees the old text or the new one. */
export const writeAtomically = (path: string, text: string): void => {
  const draft = `${path}.${process.pid}.new`;
  // What a killed daemon left behind, or somebody put in the way, is not written through.
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: fileMode, flag: 'wx' });
  renameSync(draft, path);
};

export const writeJson = (path: string, value: unknown): void =>
  writeAtomically(path, `${JSON.stringify(value, undefined, 2)}\n`);
