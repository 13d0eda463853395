/**
 * Reads one pipe in two ways: as bytes arrive, and all that is there right now.
 *
 * A short command is never worth a socket (60 to 100 µs each): its output is taken with one
 * non-blocking read when its answer arrives. A long or streamed one is read by the event loop.
 */
import { readSync } from 'node:fs';
import type { Socket } from 'node:net';
import { type Fifo, openToRead } from './fifo.ts';
import { readPipe } from './pipe-socket.ts';
import { isOutOfDescriptors } from './reserve.ts';

/** `eof`: no process holds a write end. `open`: some still do. */
export type PipeEnd = 'eof' | 'open';

export interface PipeReader {
  readonly fifo: Fifo;
  /** Takes all that was written before this call. */
  drain(): PipeEnd;
  /**
   * Reads from now on; `onEnd` tells that the last writer is gone. A pipe that has no writer at this
   * moment never tells: `drain` afterwards to know.
   */
  attach(onEnd?: () => void): void;
  detach(): void;
  pause(): void;
  resume(): void;
}

// The default capacity of a Linux pipe, so one read empties it.
const bufferSize = 65_536;

const pollMs = 20;

// What was written before the answer fits the pipe's capacity, which a process may raise to 1 MiB
// (/proc/sys/fs/pipe-max-size). Beyond that it is a background job writing on: late output.
const maxDrainBytes = 1 << 20;

// One per thread: every reader copies out of it before it returns.
const shared = Buffer.allocUnsafeSlow(bufferSize);

export const createPipeReader = (fifo: Fifo, onData: (data: Uint8Array<ArrayBuffer>) => void): PipeReader => {
  let socket: Socket | undefined;
  let paused = false;
  let ended: (() => void) | undefined;
  let polling: NodeJS.Timeout | undefined;
  const take = (length: number): void => onData(new Uint8Array(shared.subarray(0, length)));

  /** No descriptor is left for a socket: looks now and then with the one that is there, until one is free. */
  const poll = (): void => {
    polling = setTimeout(() => {
      polling = undefined;
      if (!paused && reader.drain() === 'eof' && ended) return ended();
      reader.attach(ended);
    }, pollMs);
  };

  const reader: PipeReader = {
    fifo,
    drain() {
      for (let total = 0; total < maxDrainBytes; ) {
        const length = readNow(fifo.fd);
        if (length === undefined) return 'open';
        if (length === 0) return 'eof';
        take(length);
        total += length;
      }
      return 'open';
    },
    attach(onEnd) {
      ended = onEnd;
      if (socket || polling) return;
      const fd = openOrUndefined(fifo);
      if (fd === undefined) {
        poll();
        return;
      }
      const opened = readPipe(fd, shared, (length) => {
        take(length);
        return !paused;
      });
      socket = opened;
      opened.on('close', () => {
        if (socket !== opened) return;
        socket = undefined;
        ended?.();
      });
      if (paused) opened.pause();
    },
    detach() {
      clearTimeout(polling);
      polling = undefined;
      ended = undefined;
      const open = socket;
      socket = undefined;
      open?.destroy();
    },
    pause() {
      paused = true;
      socket?.pause();
    },
    resume() {
      paused = false;
      socket?.resume();
    },
  };
  return reader;
};

const openOrUndefined = (fifo: Fifo): number | undefined => {
  try {
    return openToRead(fifo);
  } catch (error) {
    if (isOutOfDescriptors(error)) return undefined;
    throw error;
  }
};

/** @returns bytes now in `shared`; 0 at end of file; undefined when there is nothing yet */
const readNow = (fd: number): number | undefined => {
  try {
    return readSync(fd, shared);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
};
