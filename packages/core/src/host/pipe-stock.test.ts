import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linkOf, openDescriptors } from '../kernel/descriptors.ts';
import { closeLeft, createPipeStock, linkTo } from './pipe-stock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Of this folder's pipes, those that this process has open. */
const openPipes = (): string[] =>
  openDescriptors()
    .map(({ link }) => link)
    .filter((link) => link.startsWith(folder))
    .sort();

describe('pipe stock', () => {
  it('gives everyone as many, none twice, and leaves no names behind', async () => {
    const stock = createPipeStock(join(folder, 'pipe-'));
    const given = await Promise.all(Array.from({ length: 20 }, () => stock.take()));
    expect(given.map((fifos) => fifos.length)).toEqual(Array(20).fill(8));
    const numbers = given.flat().map(({ fd }) => fd);
    expect(new Set(numbers).size).toBe(160);
    expect(given.flat().every(({ fd, path }) => path === `/proc/${process.pid}/fd/${fd}`)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
    await stock.close();
    closeLeft(given.flat());
    expect(openPipes()).toEqual([]);
  });

  it('has some ahead of the next one, and closes what nobody took', async () => {
    const stock = createPipeStock(join(folder, 'pipe-'));
    const first = await stock.take();
    expect(openPipes().length).toBeGreaterThanOrEqual(16);
    await stock.close();
    expect(openPipes()).toEqual(first.map(linkTo).sort());
    expect(await stock.take()).toEqual([]);
    closeLeft(first);
  });

  it('makes up for what was taken, later', async () => {
    const stock = createPipeStock(join(folder, 'pipe-'));
    const given = await stock.take();
    const whenFull = openPipes().length;
    given.push(...(await stock.take()));
    expect(openPipes()).toHaveLength(whenFull);
    while (openPipes().length < whenFull + 8) await delay(10);
    await stock.close();
    closeLeft(given);
    expect(openPipes()).toEqual([]);
  });

  it('gives none where none can be made, to each who asks', async () => {
    const noFolder = join(folder, 'file');
    writeFileSync(noFolder, '');
    const stock = createPipeStock(join(noFolder, 'pipe-'));
    expect(await Promise.all([stock.take(), stock.take(), stock.take()])).toEqual([[], [], []]);
    await stock.close();
  });

  it('closes nothing that has taken the number of a pipe', async () => {
    const stock = createPipeStock(join(folder, 'pipe-'));
    const pipes = await stock.take();
    await stock.close();
    const other = openSync('/dev/null', 'r');
    closeLeft(pipes.map(({ path, name }) => ({ fd: other, path, name })));
    expect(linkOf(other)).toBe('/dev/null');
    closeLeft(pipes);
    expect(openPipes()).toEqual([]);
    closeSync(other);
  });
});
