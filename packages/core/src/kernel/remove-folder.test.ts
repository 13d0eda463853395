import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFolder } from './remove-folder.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-remove-'));
  path = join(folder, 'kernel');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('removeFolder', () => {
  it.each([
    ['is empty', () => mkdirSync(path)],
    ['holds files', () => fill(path)],
    ['holds files and folders', () => fill(join(path, 'deep', 'er'))],
    ['is a file', () => writeFileSync(path, '')],
    ['is not there', () => undefined],
  ])('what %s', (_what, make) => {
    make();
    removeFolder(path);
    expect(existsSync(path)).toBe(false);
  });

  it('links, and not what they lead to', () => {
    const elsewhere = join(folder, 'elsewhere');
    fill(elsewhere);
    mkdirSync(path);
    symlinkSync(elsewhere, join(path, 'inside'));
    removeFolder(path);
    symlinkSync(elsewhere, path);
    removeFolder(path);
    expect(readdirSync(folder)).toEqual(['elsewhere']);
    expect(readdirSync(elsewhere)).toEqual(['one', 'two']);
  });
});

const fill = (into: string): void => {
  mkdirSync(into, { recursive: true });
  for (const name of ['one', 'two']) writeFileSync(join(into, name), '');
};
