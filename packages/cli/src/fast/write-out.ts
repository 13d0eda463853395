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

/** Descriptors that somebody has set to non-blocking: Node's streams wait for their readers. */
const streamed = new Set<1 | 2>();

/** @throws ReaderGoneError: as SIGPIPE would have ended the program */
export const writeOut = (descriptor: 1 | 2, text: string | Uint8Array): void => {
  let rest = typeof text === 'string' ? Buffer.from(text) : text;
  while (rest.length > 0 && !streamed.has(descriptor)) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') throw new ReaderGoneError();
      if (code !== 'EAGAIN') throw error;
      // From here on: what is written beside the stream would get ahead of it.
      streamed.add(descriptor);
      streamOf(descriptor).on('error', leave);
    }
  }
  if (rest.length > 0) streamOf(descriptor).write(rest);
};

/** Nothing was left to a stream: the program may exit at once. */
export const isAllWritten = (): boolean => streamed.size === 0;

const streamOf = (descriptor: 1 | 2): NodeJS.WriteStream =>
  descriptor === 1 ? process.stdout : process.stderr;

const leave = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.readerGone);
};
