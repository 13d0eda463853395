/** For programs: one line of JSON for every event, `at` in milliseconds from the start, the summary last. */
import type { DemoEvent } from '../demo-event.ts';
import type { Face } from './face.ts';

export const jsonFace = (write: (text: string) => void): Face => {
  const startedAt = performance.now();
  return {
    take(event) {
      const at = Math.round((performance.now() - startedAt) * 1_000) / 1_000;
      write(`${JSON.stringify({ at, ...named(event) })}\n`);
    },
    close: () => undefined,
  };
};

const named = (event: DemoEvent): object =>
  event.type === 'demo-finished' ? { type: 'summary', ...event.report } : event;
