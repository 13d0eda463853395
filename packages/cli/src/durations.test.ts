import { expect, it } from 'vitest';
import { parseDuration } from './durations.ts';

it.each([
  ['0', 0],
  ['250', 250],
  ['250ms', 250],
  ['1.5s', 1_500],
  ['2m', 120_000],
  ['1h', 3_600_000],
])('%s', (text, ms) => {
  expect(parseDuration('--timeout', text)).toBe(ms);
});

it.each(['', '-1', '1d', 's', '1e3', '1000h'])('refuses %j', (text) => {
  expect(() => parseDuration('--timeout', text)).toThrow('--timeout takes a time');
});
