/** Gives a command its standard input through a pipe of its own. */
import { closeFifo, type Fifo, openToWrite } from './fifo.ts';
import { writePipe } from './pipe-socket.ts';

export interface StdinFeeder {
  /** Opens for reading. */
  readonly path: string;
  /** What comes after `end` or `close` is dropped: the host's handle has refused it already. */
  write(data: Uint8Array): void;
  /** End of file, once all that was written is read. */
  end(): void;
  /** The command is over: what it did not read is dropped. */
  close(): void;
}

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
