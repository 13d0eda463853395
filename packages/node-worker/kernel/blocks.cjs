/**
 * A function in a block is also a `var` of the whole script, unless strict mode or a `let` between the two forbids
 * that. V8 refuses the script where a declaration of an earlier command forbids it, and where this command's own does, that
 * is no declaration any more. So there is a `let` between the two:
 *
 *   { function f() {} }     {let f;{ function f() {} }}
 */
'use strict';

const { insert } = /** @type {typeof import('./edits.cjs')} */ (require('./edits.cjs'));
const { childrenOf, isFunction } = /** @type {typeof import('./references.cjs')} */ (
  require('./references.cjs')
);

/** @typedef {import('./references.cjs').Node} Node */
/** @typedef {import('./edits.cjs').Edit} Edit */

/**
 * @param {Node} node
 * @param {(name: string) => boolean} isLexical declared by `let`, `const`, `class` or `import`, here or earlier
 * @returns {Edit[]}
 */
const keepInBlocks = (node, isLexical) => {
  if (isFunction(node) || node.type.startsWith('Class')) return [];
  const edits = childrenOf(node).flatMap((child) => keepInBlocks(child, isLexical));
  if (node.type !== 'BlockStatement') return edits;
  const names = node.body
    .filter((/** @type {Node} */ { type, id }) => type === 'FunctionDeclaration' && isLexical(id.name))
    .map((/** @type {Node} */ { id }) => id.name);
  if (names.length === 0) return edits;
  return [insert(node.start + 1, `let ${[...new Set(names)].join()};{`), ...edits, insert(node.end - 1, '}')];
};

module.exports = { keepInBlocks };
