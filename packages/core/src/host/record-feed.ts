/** Inspection records for any number of observers, who may come and go. */
import type { InspectionRecord } from '@holdfast/protocol';

export interface RecordFeed {
  push(records: InspectionRecord[]): void;
  /** No more will come. */
  end(): void;
  iterate(): AsyncIterableIterator<InspectionRecord>;
}

interface Observer {
  waiting: InspectionRecord[];
  /** Of the last record it was given: a replay for a later observer is no news to it. */
  seen: number;
  wake(): void;
}

// An observer who does not read loses the oldest records, as the replay buffer would.
const maxWaiting = 10_000;

/** @param watch - asks the thread to send records, the buffered ones first, or to stop */
export const createRecordFeed = (watch: (on: boolean) => void): RecordFeed => {
  const observers = new Set<Observer>();
  let isOver = false;

  return {
    push(records) {
      for (const observer of observers) {
        for (const record of records) {
          if (record.seq <= observer.seen) continue;
          observer.seen = record.seq;
          observer.waiting.push(record);
        }
        if (observer.waiting.length > maxWaiting)
          observer.waiting.splice(0, observer.waiting.length - maxWaiting);
        observer.wake();
      }
    },
    end() {
      isOver = true;
      for (const observer of observers) observer.wake();
    },
    iterate() {
      const observer: Observer = { waiting: [], seen: 0, wake: () => undefined };
      observers.add(observer);
      if (!isOver) {
        // Off and on: the replay is sent anew, so that this observer gets it too.
        watch(false);
        watch(true);
      }
      const leave = (): void => {
        observers.delete(observer);
        if (observers.size === 0 && !isOver) watch(false);
      };
      return {
        async next() {
          for (;;) {
            const value = observer.waiting.shift();
            if (value) return { done: false, value };
            if (isOver || !observers.has(observer)) return { done: true, value: undefined };
            await new Promise<void>((resolve) => {
              observer.wake = resolve;
            });
          }
        },
        async return() {
          leave();
          observer.wake();
          return { done: true, value: undefined };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
};
