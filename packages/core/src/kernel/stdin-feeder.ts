/**
 * Gives a command its standard input: a file where all of it is known, a pipe where it is still to be
 * written. A pipe would do for both, but for programs that open `/dev/stdin`: that waits for a writer,
 * and the writer of an input that is known is gone long before.
 */
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { closeFifo, type Fifo, openToWrite } from './fifo.ts';
import { writePipe } from './pipe-socket.ts';

export interface StdinSource {
  /** Opens for reading. */
  readonly path: string;
  /** The command is over: what it did not read is dropped. */
  close(): void;
}

export interface StdinFeeder extends StdinSource {
  /** What comes after `end` or `close` is dropped: the host's handle has refused it already. */
  write(data: Uint8Array): void;
  /** End of file, once all that was written is read. */
  end(): void;
}

let created = 0;

/** A nameless file in the session's private folder. @throws the system's error when the disk is full */
export const createStdinFile = (folder: string, data: Uint8Array): StdinSource => {
  const name = join(folder, `stdin-${++created}`);
  const fd = openSync(name, 'wx+', 0o600);
  try {
    unlinkSync(name);
    for (let done = 0; done < data.length; ) done += writeSync(fd, data, done);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { path: `/proc/${process.pid}/fd/${fd}`, close: () => closeSync(fd) };
};

/** Takes ownership of the pipe. */
export const createStdinFeeder = (fifo: Fifo): StdinFeeder => {
  // Opened before the kernel opens its end, so that the kernel's open never waits.
  const socket = writePipe(openToWrite(fifo));
  let ended = false;
  return {
    path: fifo.path,
    write(data) {
      if (!ended) socket.write(data);
    },
    end() {
      if (ended) return;
      ended = true;
      socket.end();
    },
    close() {
      ended = true;
      socket.destroy();
      closeFifo(fifo);
    },
  };
};
