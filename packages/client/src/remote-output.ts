/** A remote command's output: pieces come in, callbacks and a reader get them, in the reader's time. */
import type { OutputChunk, OutputStream } from '@holdfast/protocol';

export interface RemoteOutput<Data extends string | Uint8Array> {
  /** Resolves when more is wanted: who waits for it does not read on, and so slows the command down. */
  push(stream: OutputStream, data: Data): Promise<void>;
  finish(): void;
  fail(error: Error): void;
  iterate(): AsyncIterator<OutputChunk<Data>>;
}

// Enough that a fast reader does not wait for the network.
const windowSize = 1 << 20;

export const createRemoteOutput = <Data extends string | Uint8Array>(
  onChunk: (chunk: OutputChunk<Data>) => void,
): RemoteOutput<Data> => {
  const waiting: OutputChunk<Data>[] = [];
  let size = 0;
  let isIterated = false;
  let isOver = false;
  let failure: Error | undefined;
  let wakeReader: () => void = () => undefined;
  let wakeWriter: () => void = () => undefined;

  return {
    async push(stream, data) {
      if (data.length === 0) return;
      onChunk({ stream, data });
      if (!isIterated) return;
      waiting.push({ stream, data });
      size += data.length;
      wakeReader();
      while (isIterated && size > windowSize) {
        await new Promise<void>((resolve) => {
          wakeWriter = resolve;
        });
      }
    },
    finish() {
      isOver = true;
      wakeReader();
    },
    fail(error) {
      failure = error;
      wakeReader();
    },
    iterate() {
      isIterated = true;
      return {
        async next() {
          for (;;) {
            const value = waiting.shift();
            if (value) {
              size -= value.data.length;
              wakeWriter();
              return { done: false, value };
            }
            if (failure) throw failure;
            if (isOver || !isIterated) return { done: true, value: undefined };
            await new Promise<void>((resolve) => {
              wakeReader = resolve;
            });
          }
        },
        // Leaving the loop does not stop the command: its output is dropped here.
        async return() {
          isIterated = false;
          waiting.length = 0;
          size = 0;
          wakeWriter();
          return { done: true, value: undefined };
        },
      };
    },
  };
};
