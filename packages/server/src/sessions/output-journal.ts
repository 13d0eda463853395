/**
 * One command's output, as far as it is buffered, for any number of readers who come, drop and come back.
 *
 * A position is the number of bytes before it, of both streams and late output together. While a reader
 * is behind, the writer waits when the buffer is full: so a slow reader slows the command. With no
 * reader behind, the oldest goes, and who asks for it later is told how much is missing.
 */
import type { OutputStream } from '@holdfast/protocol';

export interface JournalEntry {
  kind: 'output' | 'late-output';
  stream: OutputStream;
  /** Whole characters, if it is text at all. Never empty. */
  data: Uint8Array;
}

export type JournalReading =
  | (JournalEntry & { /** Position behind it. */ end: number })
  | { kind: 'gap'; omittedBytes: number; end: number };

export interface OutputJournal {
  /** Resolves when there is room for more. */
  append(entry: JournalEntry): Promise<void>;
  /** Nothing more is written but late output. */
  finish(): void;
  /** From that position to the end; beyond it, late output as it comes, while `isFollowing`. */
  read(from: number, signal: AbortSignal, isFollowing?: () => boolean): AsyncGenerator<JournalReading>;
  /** Lets readers look again whether they still follow. */
  wake(): void;
}

interface Kept extends JournalEntry {
  start: number;
  end: number;
}

export const createOutputJournal = (limitBytes: number): OutputJournal => {
  const entries: Kept[] = [];
  const readers = new Set<{ position: number }>();
  const sleepers = new Set<() => void>();
  let end = 0;
  let isFinished = false;

  const wake = (): void => {
    const woken = [...sleepers];
    sleepers.clear();
    for (const sleeper of woken) sleeper();
  };
  const sleep = (): Promise<void> => new Promise((resolve) => sleepers.add(resolve));
  const isAwaited = (entry: Kept): boolean => {
    for (const { position } of readers) if (position < entry.end) return true;
    return false;
  };
  /** False: what would have to go is what a reader still wants. */
  const trim = (force: boolean): boolean => {
    for (;;) {
      const [oldest] = entries;
      // The newest stays, however large: a reader who is there must be able to get it.
      if (!oldest || entries.length === 1 || end - oldest.start <= limitBytes) return true;
      if (!force && isAwaited(oldest)) return false;
      entries.shift();
    }
  };
  const after = (position: number): Kept | undefined => {
    // A reader who keeps up wants the last one; one who is behind, one of the first.
    const last = entries.at(-1);
    if (!last || last.end <= position) return undefined;
    return last.start <= position ? last : entries.find((entry) => entry.end > position);
  };

  return {
    async append(entry) {
      const start = end;
      end += entry.data.length;
      entries.push({ ...entry, start, end });
      wake();
      // Jobs can not be made to wait here: what they have written is written.
      while (!trim(entry.kind === 'late-output')) await sleep();
    },
    finish() {
      isFinished = true;
      wake();
    },
    async *read(from, signal, isFollowing = () => false) {
      const reader = { position: from };
      readers.add(reader);
      signal.addEventListener('abort', wake);
      try {
        while (!signal.aborted) {
          const next = after(reader.position);
          if (next && next.start > reader.position) {
            yield { kind: 'gap', omittedBytes: next.start - reader.position, end: next.start };
          }
          if (next) {
            const known = Math.max(0, reader.position - next.start);
            yield known > 0 ? { ...next, data: next.data.subarray(known) } : next;
            reader.position = next.end;
            wake();
          } else if (isFinished && !isFollowing()) return;
          else await sleep();
        }
      } finally {
        signal.removeEventListener('abort', wake);
        readers.delete(reader);
        wake();
      }
    },
    wake,
  };
};
