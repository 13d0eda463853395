/** Events of all sessions, the last ones buffered, for clients that drop and come back. */
import type { SessionEvent } from '@holdfast/protocol';

export interface NumberedEvent {
  /** Counts up from 1 in one daemon's life. */
  number: number;
  event: SessionEvent;
}

export interface EventFeed {
  push(event: SessionEvent): void;
  readonly last: number;
  /** From the one after that number on, live, until the signal. A number that says how many are missing comes first. */
  read(after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent | { missing: number }>;
}

const maxEvents = 5_000;
// Late output makes large events.
const maxCharacters = 8 * 1024 * 1024;

export const createEventFeed = (): EventFeed => {
  const kept: NumberedEvent[] = [];
  const sleepers = new Set<() => void>();
  let characters = 0;
  let last = 0;

  const wake = (): void => {
    const woken = [...sleepers];
    sleepers.clear();
    for (const sleeper of woken) sleeper();
  };
  return {
    push(event) {
      last += 1;
      kept.push({ number: last, event });
      characters += sizeOf(event);
      while (kept.length > maxEvents || (characters > maxCharacters && kept.length > 1)) {
        const oldest = kept.shift();
        if (oldest) characters -= sizeOf(oldest.event);
      }
      wake();
    },
    get last() {
      return last;
    },
    async *read(after, signal) {
      let position = after;
      signal.addEventListener('abort', wake);
      try {
        while (!signal.aborted) {
          const first = kept[0]?.number ?? last + 1;
          if (position + 1 < first) {
            yield { missing: first - position - 1 };
            position = first - 1;
            continue;
          }
          const next = kept[position + 1 - first];
          if (next) {
            position = next.number;
            yield next;
          } else await new Promise<void>((resolve) => sleepers.add(resolve));
        }
      } finally {
        signal.removeEventListener('abort', wake);
      }
    },
  };
};

const sizeOf = (event: SessionEvent): number => {
  if (event.type === 'late-output') return event.data.length + 200;
  return event.type === 'command-started' ? event.code.length + 200 : 200;
};
