/** Writes to stdout and stderr without loading Node's streams, where that can be. */
import { writeSync } from 'node:fs';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';

/** Whoever read the output has left (`| head -1`). There is nobody to tell. */
export class ReaderGoneError extends CliError {
  constructor() {
    super('', exitCodes.readerGone);
  }
}

/** @throws ReaderGoneError: as SIGPIPE would have ended the program */
export const writeOut = (descriptor: 1 | 2, text: string | Uint8Array): void => {
  let rest = typeof text === 'string' ? Buffer.from(text) : text;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') throw new ReaderGoneError();
      // Somebody else has set the descriptor to non-blocking: the stream waits for its reader.
      (descriptor === 1 ? process.stdout : process.stderr).write(rest);
      return;
    }
  }
};
