/** A command's output on the host: chunks come in, a reader takes them, credits go back. */
import type { OutputChunk, OutputStream } from '@holdfast/protocol';

// Enough that a fast reader never waits for the round trip, small enough that 100 readers fit in memory.
export const creditWindow = 1 << 20;

export interface HostOutputStream<Data extends string | Uint8Array> {
  push(stream: OutputStream, data: Uint8Array): void;
  /** The result is there: so many bytes come, or came, in all. */
  expect(totalBytes: number): void;
  fail(error: Error): void;
  /** All that was expected is here, or nothing more will come. */
  isComplete(): boolean;
  iterate(): AsyncIterator<OutputChunk<Data>>;
}

export interface HostOutputStreamOptions<Data extends string | Uint8Array> {
  decode(stream: OutputStream, data: Uint8Array, last: boolean): Data;
  onChunk(chunk: OutputChunk<Data>): void;
  grant(bytes: number): void;
}

export const createHostOutputStream = <Data extends string | Uint8Array>(
  options: HostOutputStreamOptions<Data>,
): HostOutputStream<Data> => {
  const { decode, onChunk, grant } = options;
  const waiting: { chunk: OutputChunk<Data>; bytes: number }[] = [];
  const sleepers: (() => void)[] = [];
  let received = 0;
  let expected: number | undefined;
  let failure: Error | undefined;
  let isIterated = false;
  let isAbandoned = false;

  let isFlushed = false;
  const wake = (): void => {
    for (const sleeper of sleepers.splice(0)) sleeper();
  };
  const deliver = (chunk: OutputChunk<Data>, bytes: number): void => {
    // Nothing to show for half a character: it comes with the next chunk.
    const isEmpty = chunk.data.length === 0;
    if (!isEmpty) onChunk(chunk);
    if (isIterated && !isAbandoned && !isEmpty) waiting.push({ chunk, bytes });
    else if (bytes > 0) grant(bytes);
  };
  /** Once all bytes are here, a character that was never finished is shown as what it is. */
  const flushWhenComplete = (): void => {
    if (isFlushed || expected === undefined || received < expected) return;
    isFlushed = true;
    for (const stream of ['stdout', 'stderr'] as const) {
      deliver({ stream, data: decode(stream, new Uint8Array(0), true) }, 0);
    }
  };

  return {
    push(stream, data) {
      received += data.length;
      deliver({ stream, data: decode(stream, data, false) }, data.length);
      flushWhenComplete();
      wake();
    },
    expect(totalBytes) {
      expected = totalBytes;
      flushWhenComplete();
      wake();
    },
    fail(error) {
      failure = error;
      wake();
    },
    isComplete: () => isFlushed || failure !== undefined,
    iterate() {
      isIterated = true;
      return {
        async next() {
          for (;;) {
            const next = waiting.shift();
            if (next) {
              grant(next.bytes);
              return { done: false, value: next.chunk };
            }
            if (failure) throw failure;
            if (isFlushed || isAbandoned) return { done: true, value: undefined };
            await new Promise<void>((resolve) => sleepers.push(resolve));
          }
        },
        // Leaving the loop does not stop the command: its output is collected, not read along.
        async return() {
          isAbandoned = true;
          for (const { bytes } of waiting.splice(0)) grant(bytes);
          return { done: true, value: undefined };
        },
      };
    },
  };
};
