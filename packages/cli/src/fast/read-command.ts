/** A command that comes on standard input, to its end. */
import { readFileSync } from 'node:fs';
import { noCommandError } from '../cli-error.ts';
import { isTerminal } from './late.ts';

/** @throws CliError where there is none */
export const readCommand = async (): Promise<string> => {
  // Nobody knows that he is waited for: say so instead.
  if (isTerminal(0)) throw noCommandError();
  const text = (await readAll()).toString('utf8');
  if (text.trim() === '') throw noCommandError();
  return text;
};

const readAll = async (): Promise<Buffer> => {
  try {
    return readFileSync(0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Closed (`<&-`) is as good as empty.
    if (code === 'EBADF') return Buffer.alloc(0);
    if (code !== 'EAGAIN') throw error;
  }
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
};
