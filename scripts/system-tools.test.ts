import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeMissing, findMissing } from './lib/system-tools.mjs';

const tool = (program: string) => ({
  program,
  debianPackage: `${program}-package`,
  usedBy: `tests of ${program}`,
});
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-tools-'));
  writeFileSync(join(folder, 'there'), '');
  chmodSync(join(folder, 'there'), 0o755);
  writeFileSync(join(folder, 'not-executable'), '');
  chmodSync(join(folder, 'not-executable'), 0o644);
});

afterAll(() => rmSync(folder, { recursive: true }));

test('a tool is missing unless PATH leads to an executable of that name', () => {
  const tools = ['there', 'not-executable', 'nowhere'].map(tool);
  const path = `/nonexistent::${folder}`;
  // Root may execute nothing that has no execute bit at all, so this holds for every user.
  expect(findMissing(tools, path).map(({ program }) => program)).toEqual(['not-executable', 'nowhere']);
});

test('what is missing is told with its package and the tests it costs', () => {
  expect(describeMissing([tool('zsh')])).toBe(
    'Missing on this machine, so these tests did not run:\n  zsh (package zsh-package): tests of zsh',
  );
});

test('suites learn what is missing from HOLDFAST_MISSING', () => {
  const missing = findMissing().map(({ program }) => program);
  expect(process.env.HOLDFAST_MISSING).toBe(missing.join(','));
});
