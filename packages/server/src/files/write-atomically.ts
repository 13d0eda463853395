/** Files that are whole or not there, readable by their owner alone. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';

export const fileMode = 0o600;
export const folderMode = 0o700;

/** Replaces the file at once: whoever reads it sees the old text or the new one. */
const writeAtomically = (path: string, text: string): void => {
  const draft = draftOf(path);
  // What a killed daemon left behind, or somebody put in the way, is not written through.
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: fileMode, flag: 'wx' });
  renameSync(draft, path);
};

/** The same without holding up the program. Not twice at once for one file. */
export const writeJsonLater = async (path: string, value: unknown): Promise<void> => {
  const draft = draftOf(path);
  await rm(draft, { force: true });
  await writeFile(draft, toText(value), { mode: fileMode, flag: 'wx' });
  await rename(draft, path);
};

export const writeJson = (path: string, value: unknown): void => writeAtomically(path, toText(value));

const draftOf = (path: string): string => `${path}.${process.pid}.new`;

const toText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
