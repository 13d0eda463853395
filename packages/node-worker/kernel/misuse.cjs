/**
 * What became an assignment is no constant any more, and can be read before it is made: the failures
 * that plain Node has there are put back in.
 */
'use strict';

const { insert } = /** @type {typeof import('./edits.cjs')} */ (require('./edits.cjs'));
const { findReferences, patternNames } = /** @type {typeof import('./references.cjs')} */ (
  require('./references.cjs')
);

/** @typedef {import('./references.cjs').Node} Node */
/** @typedef {import('./edits.cjs').Edit} Edit */

const assignToConstant = '(function c(){"use strict";c=0})()';

/**
 * @param {Node} program
 * @param {string} code
 * @param {{ constants: string[], fresh: string[] }} names
 * @returns {Edit[]}
 */
const refuseMisuse = (program, code, { constants, fresh }) => {
  if (constants.length + fresh.length === 0) return [];
  const constant = new Set(constants);
  const readyAt = new Map();
  for (const statement of program.body) {
    if (statement.type === 'ClassDeclaration') readyAt.set(statement.id.name, statement.end);
    if (statement.type !== 'VariableDeclaration' || statement.kind === 'var') continue;
    for (const one of statement.declarations)
      for (const name of patternNames(one.id)) readyAt.set(name, one.end);
  }
  const isFresh = new Set(fresh);
  return findReferences(program, new Set([...constants, ...fresh])).flatMap((reference) => {
    const { name, node, parent, isDeferred, isTarget } = reference;
    const isTooEarly = !isDeferred && isFresh.has(name) && node.end <= (readyAt.get(name) ?? 0);
    const failure = isTooEarly
      ? `((()=>{${name};let ${name}})())`
      : constant.has(name)
        ? assignToConstant
        : undefined;
    if (failure === undefined) return [];
    if (parent.type === 'UpdateExpression') return [{ start: parent.start, end: parent.end, text: failure }];
    if (parent.type === 'AssignmentExpression' && parent.left === node)
      return failAssignment(parent, code, failure);
    if (!isTooEarly && !isTarget) return [];
    const isShorthand = parent.type === 'Property' && parent.shorthand;
    const text = isTarget ? `({set c(_){${failure}}}).c` : failure;
    return [{ start: node.start, end: node.end, text: isShorthand ? `${name}:${text}` : text }];
  });
};

/** `a = b` → `(b,fails())`, `a ||= b` → `a ||(b,fails())`. @param {Node} node @param {string} code @param {string} failure @returns {Edit[]} */
const failAssignment = (node, code, failure) => {
  const gap = code.slice(node.left.end, node.right.start);
  const blankedGap = gap.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n\r\u2028\u2029]*/g, (comment) =>
    ' '.repeat(comment.length),
  );
  const start = node.left.end + blankedGap.indexOf(node.operator);
  const end = start + node.operator.length;
  const isLogical = ['||=', '&&=', '??='].includes(node.operator);
  const opening = isLogical
    ? { start, end, text: `${node.operator.slice(0, 2)}(` }
    : { start: node.left.start, end, text: '(' };
  return [opening, insert(node.end, `,${failure})`)];
};

module.exports = { refuseMisuse };
