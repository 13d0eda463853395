/** The page of the daemon's HTTP API says what the daemon says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../lib/paths.mjs';
import { httpApiPage, writeRoutes } from './update-http-api.mjs';

test('the routes are those of the daemon: else run node scripts/docs/update-http-api.mjs', () => {
  const page = readFileSync(join(root, httpApiPage), 'utf8');
  expect(page).toBe(writeRoutes(page));
});

test('a page without a place for them is an error', () => {
  expect(() => writeRoutes('nothing')).toThrow('no place');
});
