/**
 * The kernel's private line: two pipes that carry calls and answers, apart from the user's output.
 *
 * Both are FIFOs whose names are already gone from the file system. They are addressed as
 * `/proc/<host pid>/fd/<n>`, so a kernel whose user closed every descriptor can open them again,
 * and nothing is left in /tmp whoever dies. This side holds both ends of both pipes: what a kernel
 * closes is never an end of file here, and its death is told by the process itself.
 *
 * A driver may ask for a third pipe, the lifeline. This side holds its write end and never writes: all that can
 * happen to that pipe is that the host dies.
 */
import { closeSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { closeFifo, type Fifo, openToRead, openToWrite } from './fifo.ts';
import { readPipe, writePipe } from './pipe-socket.ts';

export interface ControlChannel {
  /** Queues bytes for the kernel; keeps order; never blocks the thread. */
  send(data: string | Uint8Array): void;
  /** Calls back with whatever arrives. One listener. The buffer is valid during the call only. */
  onData(listener: (data: Buffer) => void): void;
  /** The session's private folder, for calls too large for a pipe. */
  readonly scratchDir: string;
}

export interface OpenControlChannel extends ControlChannel {
  /** Path the kernel reads calls from. */
  readonly controlIn: string;
  /** Path the kernel writes answers to. */
  readonly controlOut: string;
  /** Path the kernel reads its lifeline from, if it has one. */
  readonly lifeline: string | undefined;
  close(): void;
}

/** The default capacity of a Linux pipe. */
const pipeSize = 65_536;

/** Takes ownership of all pipes. */
export const openControlChannel = (
  toKernel: Fifo,
  fromKernel: Fifo,
  scratchDir: string,
  lifeline?: Fifo,
): OpenControlChannel => {
  const [writeEnd, heldWriteEnd, readEnd, lifelineEnd] = openEnds(toKernel, fromKernel, lifeline);
  // Nobody here reads it. Closed before the kernel has it: Linux before 5.10 calls any end that closes news.
  if (lifeline) closeFifo(lifeline);
  let listener: (data: Buffer) => void = () => undefined;
  // Made only for a call that does not fit the pipe at once.
  let overflow: Socket | undefined;
  let closed = false;

  const buffer = Buffer.allocUnsafeSlow(pipeSize);
  const input = readPipe(readEnd, buffer, (length) => {
    listener(buffer.subarray(0, length));
    return true;
  });

  const sendLater = (bytes: Uint8Array): void => {
    overflow ??= writePipe(openToWrite(toKernel));
    overflow.write(bytes);
  };

  return {
    scratchDir,
    controlIn: toKernel.path,
    controlOut: fromKernel.path,
    lifeline: lifelineEnd === undefined ? undefined : `/proc/${process.pid}/fd/${lifelineEnd}`,
    send(data) {
      // Comlink says goodbye when a proxy is collected, which may be long after the kernel's death.
      if (closed) return;
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      if (overflow && overflow.writableLength > 0) return sendLater(bytes);
      // Before the first byte: half a call would be worse than none.
      if (bytes.length > pipeSize) overflow ??= writePipe(openToWrite(toKernel));
      const written = writeNow(writeEnd, bytes);
      if (written < bytes.length) sendLater(bytes.subarray(written));
    },
    onData(next) {
      listener = next;
    },
    close() {
      if (closed) return;
      closed = true;
      input.destroy();
      overflow?.destroy();
      closeSync(writeEnd);
      closeSync(heldWriteEnd);
      if (lifelineEnd !== undefined) closeSync(lifelineEnd);
      closeFifo(toKernel);
      closeFifo(fromKernel);
    },
  };
};

/** All or none, with all pipes closed. @throws the system's error when there are no descriptors left */
const openEnds = (
  toKernel: Fifo,
  fromKernel: Fifo,
  lifeline: Fifo | undefined,
): [number, number, number, number?] => {
  const opened: number[] = [];
  try {
    opened.push(openToWrite(toKernel));
    opened.push(openToWrite(fromKernel));
    opened.push(openToRead(fromKernel));
    if (lifeline) opened.push(openToWrite(lifeline));
    return opened as [number, number, number, number?];
  } catch (error) {
    opened.forEach(closeSync);
    closeFifo(toKernel);
    closeFifo(fromKernel);
    if (lifeline) closeFifo(lifeline);
    throw error;
  }
};

/** @returns how many bytes the pipe took */
const writeNow = (fd: number, bytes: Uint8Array): number => {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
};
