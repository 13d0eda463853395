/** `import` declarations as dynamic imports, and which names stand for which modules. */
'use strict';

const { heldAwait } = /** @type {typeof import('./awaits.cjs')} */ (require('./awaits.cjs'));
const { patternNames } = /** @type {typeof import('./references.cjs')} */ (require('./references.cjs'));

/** @typedef {import('./references.cjs').Node} Node */

/** @param {Node} node @returns {string[]} */
const importedNames = (node) => node.specifiers.map((/** @type {Node} */ { local }) => local.name);

/** @param {Node} node @returns {[string, string][]} */
const importedModules = (node) => importedNames(node).map((name) => [name, node.source.value]);

/** An import as an assignment: what a module does not export is a mistake here too. @param {Node} node */
const importText = (node) => {
  const source = JSON.stringify(node.source.value);
  const attributes = (node.attributes ?? []).map(
    (/** @type {Node} */ { key, value }) =>
      `${JSON.stringify(key.name ?? key.value)}:${JSON.stringify(value.value)}`,
  );
  const load = heldAwait(
    `await import(${source}${attributes.length > 0 ? `,{with:{${attributes.join()}}}` : ''})`,
  );
  /** @type {Node[]} */
  const specifiers = node.specifiers;
  const whole = specifiers.find(({ type }) => type === 'ImportNamespaceSpecifier');
  const parts = specifiers.filter(({ type }) => type !== 'ImportNamespaceSpecifier');
  if (parts.length === 0) return whole ? `${whole.local.name}=${load};` : `${load};`;
  const named = parts.map(({ imported, local }) => ({
    imported: JSON.stringify(imported ? (imported.name ?? imported.value) : 'default'),
    local: local.name,
  }));
  const check = named
    .map(
      ({ imported }) =>
        `if(!(${imported} in n))throw new SyntaxError(${JSON.stringify(`The requested module '${node.source.value}' does not provide an export named ${imported.replaceAll('"', "'")}`)});`,
    )
    .join('');
  const target = `{${named.map(({ imported, local }) => `${imported}:${local}`).join()}}`;
  const loaded = `((n)=>{${check}return n})(${load})`;
  return whole ? `(${target}=${whole.local.name}=${loaded});` : `(${target}=${loaded});`;
};

/** `const x = require('y')`, `const { x } = await import('y')`. @param {Node} declaration @returns {[string, string][]} */
const requiredModules = (declaration) =>
  (declaration.declarations ?? []).flatMap((/** @type {Node} */ { id, init }) => {
    const call = init?.type === 'AwaitExpression' ? init.argument : init;
    const isRequire = call?.type === 'CallExpression' && call.callee.name === 'require';
    const source = isRequire
      ? call.arguments[0]
      : call?.type === 'ImportExpression'
        ? call.source
        : undefined;
    if (typeof source?.value !== 'string') return [];
    return patternNames(id).map((name) => /** @type {[string, string]} */ ([name, source.value]));
  });

module.exports = { importText, importedModules, importedNames, requiredModules };
