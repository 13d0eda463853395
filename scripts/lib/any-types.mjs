/** Finds `any` in declaration files: in a public type it would switch the user's type checks off. */
import { join } from 'node:path';
import { parseSync } from 'vite';

/**
 * The declaration files that a package shows to its users: its entries and whatever they import
 * from the same package.
 *
 * @param {readonly string[]} entries
 * @param {(path: string) => string} read
 * @returns {string[]}
 */
export function reachableDeclarations(entries, read) {
  const reached = new Set(entries);
  // Declarations keep the `.ts` of their source's imports. A set's iteration also visits what is added on the way.
  for (const path of reached) {
    for (const [, target] of read(path).matchAll(/(?:from |import\()["'](\.[^"']+)["']/g))
      reached.add(join(path, '..', String(target)).replace(/\.[jt]s$/, '.d.ts'));
  }
  return [...reached];
}

/**
 * The lines of a declaration file that say `any`.
 *
 * @param {string} path
 * @param {string} text
 * @returns {string[]} `path:line: text of the line`
 */
export function findAny(path, text) {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  /** @type {number[]} */
  const offsets = [];
  collectAny(program, offsets);
  return offsets.map((offset) => {
    const line = text.slice(0, offset).split('\n').length;
    return `${path}:${line}: ${text.split('\n')[line - 1]?.trim()}`;
  });
}

/**
 * @param {unknown} node
 * @param {number[]} offsets
 */
function collectAny(node, offsets) {
  if (Array.isArray(node)) {
    for (const item of node) collectAny(item, offsets);
  } else if (typeof node === 'object' && node !== null) {
    if ('type' in node && node.type === 'TSAnyKeyword' && 'start' in node) offsets.push(Number(node.start));
    for (const value of Object.values(node)) collectAny(value, offsets);
  }
}
