/**
 * A command that was interrupted, or that called `process.exit()` from a timer, has ended; what it
 * awaits may still come. Its code must not go on then. So each of its own awaits asks, when it is
 * about to go on, and if the command has ended awaits something that never comes:
 *
 *   await x      ʹ(await x,ʹ.ended&&await ʹ.never)
 *
 * Without that, nothing is added to the order of things: the second await is not reached.
 */
'use strict';

const { insert } = /** @type {typeof import('./edits.cjs')} */ (require('./edits.cjs'));
const { childrenOf, isFunction } = /** @type {typeof import('./references.cjs')} */ (
  require('./references.cjs')
);

/** @typedef {import('./references.cjs').Node} Node */
/** @typedef {import('./edits.cjs').Edit} Edit */

/** The name of a command's gate: a parameter of its async function. */
const gateName = 'ʹ';
const hold = `${gateName}.ended&&await ${gateName}.never`;

/** @param {Node} node @returns {Edit[]} for all awaits that belong to the program itself */
const holdAwaits = (node) => {
  if (isFunction(node) || node.type === 'StaticBlock') return [];
  if (node.type === 'PropertyDefinition') return node.computed ? holdAwaits(node.key) : [];
  const inner = childrenOf(node).flatMap(holdAwaits);
  switch (node.type) {
    case 'AwaitExpression':
      return [insert(node.start, `${gateName}(`), ...inner, insert(node.end, `,${hold})`)];
    case 'ForOfStatement':
      return node.await ? holdFirst(node.body, inner) : inner;
    // An await that fails goes on here.
    case 'TryStatement':
      return [node.handler?.body, node.finalizer].reduce(
        (edits, block) => (block ? holdFirst(block, edits) : edits),
        inner,
      );
    default:
      return inner;
  }
};

/** @param {Node} body @param {Edit[]} inner @returns {Edit[]} */
const holdFirst = (body, inner) =>
  body.type === 'BlockStatement'
    ? [insert(body.start + 1, `${hold};`), ...inner]
    : [insert(body.start, `{${hold};`), ...inner, insert(body.end, '}')];

/** @param {string} text of an await @returns {string} */
const heldAwait = (text) => `${gateName}(${text},${hold})`;

module.exports = { gateName, heldAwait, holdAwaits };
