/**
 * Changes the text of a command so that the next command can go on with it.
 *
 * `let`, `const` and `class` at the top level would be declared once and for ever, also when their
 * initialiser fails, and `await` is no part of a script. So the names are declared apart, once, and
 * the declarations become assignments:
 *
 *   const a = f(), { b } = await g();     let a, b;   // declared if they are new
 *                                         (async(ʹ)=>{;     a = f(), ({ b } = await g());})
 *
 * Functions keep their hoisting: they go into a script of their own that runs first. Lines stay
 * where they are, and columns nearly always; `Edit`s tell where not. What is lost on the way is put
 * back in: assigning to a constant fails, and so does reading a name above its declaration.
 */
'use strict';

const { insert, replaceKeyword, blank, outside, inOrder, render } =
  /** @type {typeof import('./edits.cjs')} */ (require('./edits.cjs'));
const { gateName, holdAwaits } = /** @type {typeof import('./awaits.cjs')} */ (require('./awaits.cjs'));
const { keepInBlocks } = /** @type {typeof import('./blocks.cjs')} */ (require('./blocks.cjs'));
const { importText, importedModules, importedNames, requiredModules } =
  /** @type {typeof import('./imports.cjs')} */ (require('./imports.cjs'));
const { refuseMisuse } = /** @type {typeof import('./misuse.cjs')} */ (require('./misuse.cjs'));
const { declaredNames, varDeclarations, awaits } = /** @type {typeof import('./references.cjs')} */ (
  require('./references.cjs')
);

/** @typedef {import('./references.cjs').Node} Node */
/** @typedef {import('./edits.cjs').Edit} Edit */

/**
 * What earlier commands left behind.
 * @typedef {object} Names
 * @property {(name: string) => boolean} isLexical declared by `let`, `const`, `class` or `import`
 * @property {(name: string) => boolean} isConstant may not be assigned to
 * @property {() => Iterable<string>} constants
 * @property {(name: string) => boolean} isFixedGlobal a property of the global object that can not be declared again
 */

/**
 * @typedef {object} Rewriting
 * @property {string | undefined} functions script that declares functions; runs first
 * @property {string} body
 * @property {boolean} isAsync the body's value is an async function that gives `{ v: value }` or undefined
 * @property {number} indent characters put before the first line
 * @property {string[]} newVars names to declare with `var` beforehand
 * @property {string[]} newLexicals names to declare with `let` beforehand
 * @property {string[]} assigned all names that `let`, `const`, `class`, `import` declare here
 * @property {string[]} redeclared names of `var` and functions
 * @property {string[]} constants
 * @property {Map<string, string>} imports local name to module
 * @property {boolean} hasValue the last statement is an expression
 * @property {Edit[]} edits in order
 */

/** Longer code is not searched for misuse of names. */
const searchLimit = 200_000;
const functionWord = /\bfunction\b/;

/**
 * @param {Node} program
 * @param {string} code
 * @param {Names} names
 * @returns {Rewriting}
 */
const rewrite = (program, code, names) => {
  /** @type {Node[]} */
  const statements = program.body;
  const imports = statements.filter(({ type }) => type === 'ImportDeclaration');
  const isAsync = imports.length > 0 || awaits(program);
  const lexicals = statements.filter(
    ({ type, kind }) => type === 'ClassDeclaration' || (type === 'VariableDeclaration' && kind !== 'var'),
  );
  const functions = statements.filter(({ type }) => type === 'FunctionDeclaration');
  const varsWithParents = statements.flatMap((statement) => varDeclarations(statement, program));
  const vars = varsWithParents.map(({ node }) => node);
  const movedFunctions = functions.filter(({ id }) => isAsync || names.isLexical(id.name));
  const changedVars = varsWithParents.filter(
    ({ node }) => isAsync || declaredNames(node).some(names.isLexical),
  );

  const assigned = [...lexicals.flatMap(namesOf), ...imports.flatMap(importedNames)];
  const constants = [
    ...lexicals.filter(({ kind }) => kind === 'const').flatMap(namesOf),
    ...imports.flatMap(importedNames),
  ];
  const redeclared = [...functions.map(({ id }) => id.name), ...vars.flatMap(declaredNames)];
  const newVars = changedVars
    .flatMap(({ node }) => declaredNames(node))
    .filter((name) => !names.isLexical(name));
  const newLexicals = assigned.filter((name) => !names.isLexical(name) && !names.isFixedGlobal(name));
  const last = statements.findLast(({ type }) => type !== 'EmptyStatement' && type !== 'FunctionDeclaration');
  const hasValue = last?.type === 'ExpressionStatement';

  /** @type {Edit[]} */
  const misuses = [];
  if (code.length <= searchLimit) {
    const own = new Set([...assigned, ...redeclared]);
    const inherited = [...names.constants()].filter((name) => !own.has(name));
    misuses.push(
      ...refuseMisuse(program, code, { constants: [...constants, ...inherited], fresh: newLexicals }),
    );
  }
  const isMoved = (/** @type {Edit} */ edit) =>
    movedFunctions.some(({ start, end }) => edit.start >= start && edit.end <= end);
  const isDeclared = (/** @type {string} */ name) => names.isLexical(name) || assigned.includes(name);
  const inBlocks = functionWord.test(code) ? keepInBlocks(program, isDeclared) : [];
  const [opening, closing] = isAsync && hasValue ? returnValue(last, code) : [];
  // Where several meet: what opens outside comes first, what closes outside comes last.
  const edits = inOrder([
    ...(opening ? [opening] : []),
    ...(isAsync ? holdAwaits(program) : []),
    ...misuses.filter((edit) => !isMoved(edit)),
    ...lexicals.flatMap((node) => assignLexical(node, code)),
    ...changedVars.flatMap(({ node, parent }) => assignVar(node, parent, code)),
    ...inBlocks,
    ...(closing ? [closing] : []),
  ]);
  const movedEdits = inOrder([
    ...misuses.filter(isMoved),
    ...movedFunctions.filter(({ id }) => names.isLexical(id.name)).flatMap(assignFunction),
  ]);

  const directives = statements.filter(({ directive }) => directive !== undefined);
  const directiveText = directives.map(({ start, end }) => `${code.slice(start, end)};`).join('');
  const prefix = isAsync ? `(async(${gateName})=>{${directiveText}${imports.map(importText).join('')}` : '';
  const body = render(code, edits, [...movedFunctions, ...imports]);
  return {
    functions:
      movedFunctions.length > 0
        ? render(code, movedEdits, outside([...directives, ...movedFunctions], code))
        : undefined,
    body: isAsync ? `${prefix}${body}\n})` : body,
    isAsync,
    indent: prefix.length,
    newVars: [...new Set(newVars)],
    newLexicals: [...new Set(newLexicals)],
    assigned,
    redeclared,
    constants,
    imports: new Map([
      ...imports.flatMap(importedModules),
      ...lexicals.flatMap(requiredModules),
      ...vars.flatMap(requiredModules),
    ]),
    hasValue,
    edits,
  };
};

/** @param {Node} node @returns {string[]} */
const namesOf = (node) => (node.type === 'ClassDeclaration' ? [node.id.name] : declaredNames(node));

/** @param {Node} node @param {string} code @returns {Edit[]} */
const assignLexical = (node, code) => {
  if (node.type === 'ClassDeclaration') {
    return [insert(node.start, `;${node.id.name}=`), insert(node.end, ';')];
  }
  // The semicolons keep it apart from its neighbours, wherever those relied on `let` to be a word.
  /** @type {Edit[]} */
  const edits = [replaceKeyword(node, code, ';')];
  for (const one of node.declarations) {
    if (!one.init) edits.push(insert(one.end, '=void 0'));
    else if (one.id.type === 'ObjectPattern') edits.push(insert(one.start, '('), insert(one.end, ')'));
  }
  if (code[node.end - 1] !== ';') edits.push(insert(node.end, ';'));
  return edits;
};

/**
 * @param {Node} node
 * @param {Node | undefined} parent
 * @param {string} code
 * @returns {Edit[]}
 */
const assignVar = (node, parent, code) => {
  const isHead = parent?.type.startsWith('For') && parent.body !== node;
  if (isHead && parent?.type !== 'ForStatement') return [replaceKeyword(node, code, '')];
  const last = node.declarations.at(-1);
  /** @type {Node[]} */
  const assigning = node.declarations.filter((/** @type {Node} */ { init }) => init);
  if (assigning.length === 0) {
    const needsEnd = !isHead && code[node.end - 1] !== ';';
    return [
      replaceKeyword(node, code, needsEnd ? ';' : ''),
      blank(code, node.start + node.kind.length, last.end),
    ];
  }
  const isPlain =
    assigning.length === node.declarations.length && assigning.every(({ id }) => id.type === 'Identifier');
  if (isPlain) return [replaceKeyword(node, code, parent?.type === 'Program' ? ';' : '')];
  const text = assigning
    .map(({ id, start, end }) =>
      id.type === 'Identifier' ? code.slice(start, end) : `(${code.slice(start, end)})`,
    )
    .join(', ');
  const linesLost = countLines(code.slice(node.start, last.end)) - countLines(text);
  // `void` is a word, as `var` was: what stands before it ends where it did.
  const whole = (isHead ? text : `void(${text})`) + '\n'.repeat(linesLost);
  return [{ start: node.start, end: last.end, text: whole }];
};

/** @param {string} text */
const countLines = (text) => text.split('\n').length;

/** @param {Node} node @returns {Edit[]} */
const assignFunction = (node) => [
  {
    start: node.start,
    end: node.id.end,
    text: `${node.id.name}=${node.async ? 'async ' : ''}function${node.generator ? '*' : ''} `,
  },
  insert(node.end, ';'),
];

/** @param {Node} statement @param {string} code @returns {Edit[]} */
const returnValue = (statement, code) => {
  const hasSemicolon = code[statement.end - 1] === ';';
  return [
    // The zero keeps the property from giving its name to a function.
    insert(statement.start, ';return{__proto__:null,v:(0,'),
    { start: hasSemicolon ? statement.end - 1 : statement.end, end: statement.end, text: ')};' },
  ];
};

module.exports = { rewrite };
