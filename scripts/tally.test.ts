import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Tally, tallyLine } from './lib/tally.mjs';

const fixtures = join(import.meta.dirname, 'fixtures/tally');

function tallyOf(fixture: string): Tally {
  const output = execFileSync(process.execPath, [join(fixtures, 'run.mjs'), fixture], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

test('tests are counted, and those that did not run are named', () => {
  expect(tallyOf('mixed')).toEqual({
    passed: 1,
    failed: 1,
    leftOut: ['mixed.fixture.ts > left out > does not run'],
  });
});

test('a module that cannot be loaded is a failure', () => {
  expect(tallyOf('unloadable')).toEqual({ passed: 0, failed: 1, leftOut: [] });
});

test('a hook that throws is a failure', () => {
  expect(tallyOf('hook')).toMatchObject({ passed: 0, failed: 1 });
});

test('an error that nobody handled is a failure', () => {
  expect(tallyOf('unhandled')).toEqual({ passed: 1, failed: 1, leftOut: [] });
});

test('the last line', () => {
  expect(tallyLine({ passed: 12, failed: 0, leftOut: [] })).toBe('12 passed, 0 failed');
});
