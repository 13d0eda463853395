import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../lib/paths.mjs';
import { diagramPage, drawDiagrams } from './update-diagrams.mjs';

test('the diagrams are those of the machines: else run node scripts/docs/update-diagrams.mjs', () => {
  const page = readFileSync(join(root, diagramPage), 'utf8');
  expect(page).toBe(drawDiagrams(page));
});

test('a place for an unknown diagram, or none for a known one, is an error', () => {
  expect(() => drawDiagrams('<!-- diagram: nonsense --><!-- /diagram -->')).toThrow('"nonsense"');
  expect(() => drawDiagrams('<!-- diagram: session --><!-- /diagram -->')).toThrow('no place for kernel');
});
