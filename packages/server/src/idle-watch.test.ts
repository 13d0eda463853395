/** When a daemon is needed no more: counted by a clock of the test's own. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createIdleWatch } from './idle-watch.ts';

let sessions = 0;
let isOver = false;
const watch = (idleMs: number) =>
  createIdleWatch(
    idleMs,
    () => sessions > 0,
    () => {
      isOver = true;
    },
  );

beforeEach(() => {
  vi.useFakeTimers();
  sessions = 0;
  isOver = false;
});
afterEach(() => {
  vi.useRealTimers();
});

it('waits for the first session, however short the time it is given', () => {
  watch(100).look();
  vi.advanceTimersByTime(29_000);
  expect(isOver).toBe(false);
  vi.advanceTimersByTime(1_001);
  expect(isOver).toBe(true);
});

it('ends soon after the last one', () => {
  const idle = watch(100);
  sessions = 1;
  idle.look();
  vi.advanceTimersByTime(60_000);
  sessions = 0;
  idle.look();
  vi.advanceTimersByTime(99);
  expect(isOver).toBe(false);
  vi.advanceTimersByTime(2);
  expect(isOver).toBe(true);
});

it('takes a request that is there when time is up', () => {
  const idle = watch(100);
  sessions = 1;
  idle.look();
  sessions = 0;
  idle.look();
  // Both are there in one turn: timers come before what has come in, that before immediates.
  setTimeout(() => idle.begin(), 100);
  vi.advanceTimersByTime(60_000);
  expect(isOver).toBe(false);
});
