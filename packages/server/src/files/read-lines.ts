/** Reads logs of JSON lines that somebody may have been killed in the middle of. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { fileMode } from './write-atomically.ts';

/** Every line that is JSON; a file that is missing has none. */
export const readJsonLines = (path: string): Record<string, unknown>[] =>
  readText(path)
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const value: unknown = JSON.parse(line);
        return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
      } catch {
        return [];
      }
    });

/**
 * Cuts off a last line without an end and keeps it in `PATH.torn`.
 *
 * @returns where it is kept; undefined if the log is whole
 */
export const setTornLineAside = (path: string): string | undefined => {
  const bytes = readText(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end === bytes.length) return undefined;
  const aside = `${path}.torn`;
  writeFileSync(aside, Buffer.concat([bytes.subarray(end), Buffer.from('\n')]), {
    mode: fileMode,
    flag: 'a',
  });
  truncateSync(path, end);
  return aside;
};

const readText = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
};
