/**
 * Draws the machines into docs/architecture.md, between `<!-- diagram: name -->` and
 * `<!-- /diagram -->`, from their definitions. Run it after a change to a machine:
 * `npm run build && node scripts/docs/update-diagrams.mjs`. A test fails while they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  describeKernelMachine,
  describeSessionMachine,
  toMermaid,
} from '../../packages/core/dist/diagram/index.js';
import { root } from '../lib/paths.mjs';

/** The page that has the diagrams, relative to the root. */
export const diagramPage = 'docs/architecture.md';

/** @type {Readonly<Record<string, () => string>>} */
const diagrams = {
  session: () => toMermaid(describeSessionMachine()),
  kernel: () => toMermaid(describeKernelMachine()),
};

/**
 * The page with its diagrams drawn anew.
 *
 * @param {string} page
 * @returns {string}
 */
export function drawDiagrams(page) {
  const drawn = new Set();
  const updated = page.replace(/<!-- diagram: (\w+) -->[\s\S]*?<!-- \/diagram -->/g, (_, name) => {
    const draw = diagrams[name];
    if (!draw)
      throw new Error(`${diagramPage} asks for a diagram "${name}": known are ${Object.keys(diagrams)}`);
    drawn.add(name);
    return `<!-- diagram: ${name} -->\n\n\`\`\`mermaid\n${draw()}\`\`\`\n\n<!-- /diagram -->`;
  });
  const missing = Object.keys(diagrams).filter((name) => !drawn.has(name));
  if (missing.length > 0) throw new Error(`${diagramPage} has no place for ${missing.join(', ')}`);
  return updated;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = join(root, diagramPage);
  const page = readFileSync(path, 'utf8');
  const updated = drawDiagrams(page);
  if (updated !== page) writeFileSync(path, updated);
  console.log(`${diagramPage} ${updated === page ? 'was up to date' : 'has new diagrams'}`);
}
