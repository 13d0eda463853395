/**
 * Gives each command its own pair of output pipes, so that what a background job writes later still
 * belongs to the command that started it.
 *
 * A pipe is free again once its last writer is gone. A pipe that the kernel itself keeps open (the
 * user typed `exec 3>&1`, or the language can not let go) stays with the kernel: the next command
 * gets the same one. A pipe that only other processes hold belongs to its command until they end.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import type { OutputStream } from '@holdfast/protocol';
import type { Fifo, FifoPool } from './fifo.ts';
import { createPipeReader, type PipeReader } from './pipe-reader.ts';

/**
 * When to call `startReading`, in milliseconds: a command that is over sooner never costs a socket,
 * one that is not streams at once.
 */
export const readAsItComesAfterMs = 2;

export type OutputSink = (stream: OutputStream, data: Uint8Array<ArrayBuffer>) => void;

/** One command's pipes, while it runs. */
export interface OutputLease {
  readonly stdout: string;
  readonly stderr: string;
  /** Reads as output comes, instead of once at the end. */
  startReading(): void;
  /** Reads all that was written until now, at once. */
  drain(): void;
  setPaused(paused: boolean): void;
  /**
   * The command has answered: takes what is left in the pipes. From now on `late` gets what is
   * still written, until `onClosed` (at once, if nobody holds the pipes).
   */
  finish(options: { late: OutputSink; onClosed: () => void; strayWriters: boolean }): void;
}

export interface OutputPipes {
  lease(sink: OutputSink): Promise<OutputLease>;
  /** The kernel is gone: what it held is free unless background jobs live on. */
  release(): void;
}

interface Line {
  stream: OutputStream;
  reader: PipeReader;
  sink: OutputSink;
}

export interface OutputPipesOptions {
  pool: FifoPool;
  kernelPid: number;
  /** The kernel never lets go of its pipes by itself. */
  holdsOutput: boolean;
  /** The pair it was started with, for a kernel that holds on to it. */
  initial: Record<OutputStream, Fifo>;
}

const streams = ['stdout', 'stderr'] as const;

export const createOutputPipes = (options: OutputPipesOptions): OutputPipes => {
  const { pool, kernelPid, holdsOutput, initial } = options;
  const ignore: OutputSink = () => undefined;
  const held: Partial<Record<OutputStream, Line>> = {};
  const lines = new WeakMap<Fifo, Line>();

  /** A pipe is used again and again, and so is what reads it. */
  const lineOf = (stream: OutputStream, fifo: Fifo): Line => {
    const known = lines.get(fifo);
    if (known) {
      known.stream = stream;
      return known;
    }
    const line: Line = {
      stream,
      sink: ignore,
      reader: createPipeReader(fifo, (data) => line.sink(line.stream, data)),
    };
    lines.set(fifo, line);
    return line;
  };
  const free = (line: Line): void => {
    line.reader.detach();
    line.sink = ignore;
    line.reader.resume();
    pool.release(line.reader.fifo);
  };
  const keepReading = (line: Line, onEnd: () => void): void => {
    line.reader.attach(onEnd);
    line.reader.resume();
    if (line.reader.drain() === 'eof') onEnd();
  };

  for (const stream of streams) {
    const line = lineOf(stream, initial[stream]);
    if (holdsOutput) held[stream] = line;
    else if (line.reader.drain() === 'eof') free(line);
    else
      keepReading(
        line,
        once(() => free(line)),
      );
  }

  const settle = (line: Line, late: OutputSink, strayWriters: boolean, onClosed: () => void): void => {
    const { stream, reader } = line;
    const end = reader.drain();
    line.sink = late;
    if (end === 'eof') {
      free(line);
      return onClosed();
    }
    const staysWithKernel = holdsOutput ? !strayWriters : kernelHolds(kernelPid, reader.fifo);
    if (staysWithKernel) {
      held[stream] = line;
      keepReading(line, () => undefined);
      return onClosed();
    }
    keepReading(
      line,
      once(() => {
        free(line);
        onClosed();
      }),
    );
  };

  /** Both or none: what is held stays held when there is no other pipe to be had. */
  const takeLines = async (): Promise<[Line, Line]> => {
    const fresh: Partial<Record<OutputStream, Fifo>> = {};
    try {
      for (const stream of streams) if (!held[stream]) fresh[stream] = await pool.take();
    } catch (error) {
      for (const fifo of Object.values(fresh)) pool.release(fifo);
      throw error;
    }
    const take = (stream: OutputStream): Line => {
      const line = held[stream] ?? lineOf(stream, fresh[stream] as Fifo);
      delete held[stream];
      return line;
    };
    return [take('stdout'), take('stderr')];
  };

  return {
    async lease(sink) {
      const lines = await takeLines();
      const [stdout, stderr] = lines;
      for (const line of lines) line.sink = sink;
      return {
        stdout: stdout.reader.fifo.path,
        stderr: stderr.reader.fifo.path,
        startReading: () => lines.forEach(({ reader }) => reader.attach()),
        drain: () => lines.forEach(({ reader }) => void reader.drain()),
        setPaused: (paused) => lines.forEach(({ reader }) => (paused ? reader.pause() : reader.resume())),
        finish({ late, onClosed, strayWriters }) {
          let open = lines.length;
          const closed = (): void => {
            open -= 1;
            if (open === 0) onClosed();
          };
          for (const line of lines) settle(line, late, strayWriters, closed);
        },
      };
    },
    release() {
      for (const stream of streams) {
        const line = held[stream];
        delete held[stream];
        if (line)
          keepReading(
            line,
            once(() => free(line)),
          );
      }
    },
  };
};

/**
 * A kernel's own descriptors are numbered from here: pipes of earlier commands that it keeps for
 * threads which still write to them. Below are the user's.
 */
const firstKernelFd = 200;

/** Whether the user's code has the pipe open in the kernel's own process. */
const kernelHolds = (pid: number, fifo: Fifo): boolean => {
  try {
    const name = readlinkSync(fifo.path);
    return readdirSync(`/proc/${pid}/fd`).some(
      (fd) => Number(fd) < firstKernelFd && isLinkTo(`/proc/${pid}/fd/${fd}`, name),
    );
  } catch {
    // The kernel is gone, so it holds nothing.
    return false;
  }
};

const isLinkTo = (path: string, target: string): boolean => {
  try {
    return readlinkSync(path) === target;
  } catch {
    return false;
  }
};

const once = (action: () => void): (() => void) => {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
};
