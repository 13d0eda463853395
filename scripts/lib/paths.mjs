/** Where things are, for every script. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * @typedef {object} Workspace
 * @property {string} dir folder, relative to the root
 * @property {string} name name in its package.json
 * @property {boolean} isPrivate never published
 * @property {Record<string, unknown>} exports its `exports` map; empty if it has none
 */

/**
 * Every workspace of the repository, in the order of its folders.
 *
 * @param {string} [from]
 * @returns {Workspace[]}
 */
export function listWorkspaces(from = root) {
  const parents = ['packages', 'apps'].flatMap((parent) => subfolders(from, parent));
  return [...parents, 'bench', 'examples']
    .filter((dir) => existsSync(join(from, dir, 'package.json')))
    .map((dir) => {
      const manifest = JSON.parse(readFileSync(join(from, dir, 'package.json'), 'utf8'));
      return {
        dir,
        name: manifest.name,
        isPrivate: manifest.private === true,
        exports: manifest.exports ?? {},
      };
    });
}

/**
 * @param {string} from
 * @param {string} parent
 */
function subfolders(from, parent) {
  if (!existsSync(join(from, parent))) return [];
  return readdirSync(join(from, parent))
    .sort()
    .map((name) => join(parent, name));
}

/**
 * The source files that a package's `exports` point to: `./dist/x.js` is built from `src/x.ts`.
 *
 * @param {Workspace} workspace
 * @returns {string[]} relative to the root, without extension
 */
export function entrySources(workspace) {
  /** @type {string[]} */
  const targets = [];
  collectStrings(workspace.exports, targets);
  const stems = targets
    .filter((target) => /^\.\/dist\/.*\.(d\.ts|js)$/.test(target))
    .map((target) => join(workspace.dir, 'src', target.slice('./dist/'.length).replace(/\.(d\.ts|js)$/, '')));
  return [...new Set(stems)];
}

/**
 * @param {unknown} value
 * @param {string[]} found
 */
function collectStrings(value, found) {
  if (typeof value === 'string') found.push(value);
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) collectStrings(inner, found);
}
