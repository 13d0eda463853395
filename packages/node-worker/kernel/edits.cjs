/** Changes to a text: lists of replacements, and what comes of applying them. */
'use strict';

/** @typedef {import('./references.cjs').Node} Node */
/** @typedef {{ start: number, end: number, text: string }} Edit replaces what is between start and end */

/** @param {number} at @param {string} text @returns {Edit} */
const insert = (at, text) => ({ start: at, end: at, text });

/** `const ` → `;     `: nothing moves. @param {Node} node @param {string} code @param {string} text @returns {Edit} */
const replaceKeyword = (node, code, text) => {
  const length = node.kind.length;
  return {
    start: node.start,
    end: node.start + length,
    text: text.padEnd(code.startsWith(node.kind, node.start) ? length : 0),
  };
};

/** @param {string} code @param {number} start @param {number} end @returns {Edit} */
const blank = (code, start, end) => ({ start, end, text: blanked(code.slice(start, end)) });

/** @param {string} text */
const blanked = (text) => text.replace(/[^\n\r\u2028\u2029]/g, ' ');

/** What lies between these nodes. @param {Node[]} nodes @param {string} code */
const outside = (nodes, code) => {
  const ranges = [];
  let start = 0;
  for (const node of nodes) {
    ranges.push({ start, end: node.start });
    start = node.end;
  }
  ranges.push({ start, end: code.length });
  return ranges;
};

/** @param {Edit[]} edits */
const inOrder = (edits) => edits.sort((one, other) => one.start - other.start || one.end - other.end);

/**
 * The code with its edits, and with blanks in place of what is hidden.
 * @param {string} code
 * @param {Edit[]} edits none of them within what is hidden
 * @param {{ start: number, end: number, type?: string }[]} hidden
 */
const render = (code, edits, hidden) => {
  const all = inOrder([
    ...edits,
    // A semicolon for each hidden statement, so that its neighbours do not grow together.
    ...hidden.map(({ start, end, type }) => {
      const text = blanked(code.slice(start, end));
      return { start, end, text: type ? `;${text.slice(1)}` : text };
    }),
  ]);
  let text = '';
  let position = 0;
  for (const { start, end, text: replacement } of all) {
    // Within something that was replaced as a whole.
    if (start < position) continue;
    text += code.slice(position, start) + replacement;
    position = end;
  }
  return text + code.slice(position);
};

module.exports = { insert, replaceKeyword, blank, outside, inOrder, render };
