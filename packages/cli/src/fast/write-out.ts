/** Writes to stdout and stderr without loading Node's streams, where that can be. */
import { writeSync } from 'node:fs';

/** All of it, or the program ends as one does whose reader has left. */
export const writeOut = (descriptor: 1 | 2, text: string | Uint8Array): void => {
  let rest = typeof text === 'string' ? Buffer.from(text) : text;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(128 + sigpipe);
      // Somebody else has set the descriptor to non-blocking: the stream waits for its reader.
      (descriptor === 1 ? process.stdout : process.stderr).write(rest);
      return;
    }
  }
};

const sigpipe = 13;
