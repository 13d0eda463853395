/**
 * Which names in a program mean its top-level declarations, and not something of the same name
 * declared further in.
 */
'use strict';

// Names of a realm's global object are looked up by way of Node, which is slow for what is asked of each node.
const { keys } = Object;
const { isArray } = Array;

/** @typedef {import('acorn').Node & Record<string, any>} Node an acorn node of whatever type */

/**
 * @typedef {object} Reference
 * @property {string} name
 * @property {Node} node the identifier
 * @property {Node} parent what it stands in
 * @property {boolean} isDeferred in a function or class: runs later, or never
 * @property {boolean} isTarget a pattern or the head of a loop assigns to it
 */

/**
 * @param {Node} program
 * @param {Set<string>} wanted names to look for
 * @returns {Reference[]}
 */
const findReferences = (program, wanted) => {
  /** @type {Reference[]} */
  const found = [];
  /** @type {Visit} */
  const visitor = {
    shadowed: [],
    isDeferred: false,
    report: (node, parent, isTarget = false) => {
      if (!wanted.has(node.name) || visitor.shadowed.some((names) => names.has(node.name))) return;
      found.push({ name: node.name, node, parent, isDeferred: visitor.isDeferred, isTarget });
    },
  };
  for (const statement of program.body) visit(statement, program, visitor);
  return found;
};

/**
 * @typedef {object} Visit
 * @property {Set<string>[]} shadowed names declared between the top and here
 * @property {boolean} isDeferred
 * @property {(node: Node, parent: Node, isTarget?: boolean) => void} report
 */

/** @param {Node} node @param {Node} parent @param {Visit} visitor @returns {void} */
const visit = (node, parent, visitor) => {
  switch (node.type) {
    case 'Identifier':
      return visitor.report(node, parent);
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return visitFunction(node, visitor);
    case 'ClassDeclaration':
    case 'ClassExpression':
      return deferred(visitor, () =>
        within(visitor, node.id ? [node.id.name] : [], () => {
          if (node.superClass) visit(node.superClass, node, visitor);
          visit(node.body, node, visitor);
        }),
      );
    case 'BlockStatement':
    case 'StaticBlock':
      return within(visitor, lexicalNames(node.body), () => visitChildren(node, visitor));
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
      return within(visitor, lexicalNames([node.init ?? node.left]), () => {
        for (const child of childrenOf(node)) {
          if (child === node.left) visitTarget(child, node, visitor);
          else visit(child, node, visitor);
        }
      });
    // What declares was visited as that: these assign.
    case 'ObjectPattern':
    case 'ArrayPattern':
      return visitTarget(node, node, visitor);
    case 'SwitchStatement':
      return within(
        visitor,
        lexicalNames(node.cases.flatMap((/** @type {Node} */ one) => one.consequent)),
        () => visitChildren(node, visitor),
      );
    case 'CatchClause':
      return within(visitor, node.param ? patternNames(node.param) : [], () => visitChildren(node, visitor));
    case 'VariableDeclarator':
      visitPattern(node.id, visitor);
      if (node.init) visit(node.init, node, visitor);
      return undefined;
    case 'MemberExpression':
      visit(node.object, node, visitor);
      if (node.computed) visit(node.property, node, visitor);
      return undefined;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      if (node.computed) visit(node.key, node, visitor);
      if (node.value) visit(node.value, node, visitor);
      return undefined;
    case 'LabeledStatement':
      return visit(node.body, node, visitor);
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
    case 'ImportDeclaration':
      return undefined;
    default:
      return visitChildren(node, visitor);
  }
};

/** @param {Node} node @param {Visit} visitor */
const visitFunction = (node, visitor) => {
  const own = node.type === 'FunctionExpression' && node.id ? [node.id.name] : [];
  const names = [
    ...own,
    ...node.params.flatMap(patternNames),
    ...(node.body.type === 'BlockStatement'
      ? varDeclarations(node.body).flatMap(({ node: one }) => declaredNames(one))
      : []),
  ];
  deferred(visitor, () =>
    within(visitor, names, () => {
      for (const param of node.params) visitPattern(param, visitor);
      visit(node.body, node, visitor);
    }),
  );
};

/** What a pattern computes: default values and computed keys. @param {Node} node @param {Visit} visitor */
const visitPattern = (node, visitor) => {
  if (node.type === 'AssignmentPattern') {
    visitPattern(node.left, visitor);
    visit(node.right, node, visitor);
  } else if (node.type === 'ObjectPattern') {
    for (const property of node.properties) {
      if (property.computed) visit(property.key, property, visitor);
      visitPattern(property.value ?? property.argument, visitor);
    }
  } else if (node.type === 'ArrayPattern') {
    for (const element of node.elements) if (element) visitPattern(element, visitor);
  } else if (node.type === 'RestElement') {
    visitPattern(node.argument, visitor);
  }
};

/** What is assigned to, and what that computes on the way. @param {Node} node @param {Node} parent @param {Visit} visitor @returns {void} */
const visitTarget = (node, parent, visitor) => {
  switch (node.type) {
    case 'Identifier':
      return visitor.report(node, parent, true);
    case 'ObjectPattern':
      for (const property of node.properties) {
        if (property.computed) visit(property.key, property, visitor);
        visitTarget(property.value ?? property.argument, property, visitor);
      }
      return undefined;
    case 'ArrayPattern':
      for (const element of node.elements) if (element) visitTarget(element, node, visitor);
      return undefined;
    case 'AssignmentPattern':
      visitTarget(node.left, parent, visitor);
      return visit(node.right, node, visitor);
    case 'RestElement':
      return visitTarget(node.argument, node, visitor);
    default:
      return visit(node, parent, visitor);
  }
};

/** @param {Node} node @param {Visit} visitor */
const visitChildren = (node, visitor) => {
  for (const child of childrenOf(node)) visit(child, node, visitor);
};

/** @param {Visit} visitor @param {string[]} names @param {() => void} action */
const within = (visitor, names, action) => {
  visitor.shadowed.push(new Set(names));
  action();
  visitor.shadowed.pop();
};

/** @param {Visit} visitor @param {() => void} action */
const deferred = (visitor, action) => {
  const { isDeferred } = visitor;
  visitor.isDeferred = true;
  action();
  visitor.isDeferred = isDeferred;
};

/** @param {Node} node @returns {Node[]} */
const childrenOf = (node) => {
  /** @type {Node[]} */
  const children = [];
  for (const key of keys(node)) {
    const value = node[key];
    if (isArray(value)) {
      // One by one: as arguments of a call, a hundred thousand would not fit on the stack.
      for (const one of value) if (isNode(one)) children.push(one);
    } else if (isNode(value)) children.push(value);
  }
  return children;
};

/** @param {any} value @returns {value is Node} */
const isNode = (value) => typeof value?.type === 'string' && typeof value.start === 'number';

/** Names that a pattern declares. @param {Node} node @returns {string[]} */
const patternNames = (node) => {
  switch (node.type) {
    case 'Identifier':
      return [node.name];
    case 'ObjectPattern':
      return node.properties.flatMap((/** @type {Node} */ property) =>
        patternNames(property.value ?? property.argument),
      );
    case 'ArrayPattern':
      return node.elements.flatMap((/** @type {Node | null} */ element) =>
        element ? patternNames(element) : [],
      );
    case 'AssignmentPattern':
      return patternNames(node.left);
    case 'RestElement':
      return patternNames(node.argument);
    default:
      return [];
  }
};

/** @param {Node} declaration */
const declaredNames = (declaration) =>
  /** @type {string[]} */ (
    declaration.declarations.flatMap((/** @type {Node} */ one) => patternNames(one.id))
  );

/** What `let`, `const`, `class` and functions among these statements declare. @param {Node[]} statements */
const lexicalNames = (statements) =>
  statements.flatMap((statement) => {
    if (statement?.type === 'VariableDeclaration') {
      return statement.kind === 'var' ? [] : declaredNames(statement);
    }
    if (statement?.type === 'ClassDeclaration' || statement?.type === 'FunctionDeclaration') {
      return [/** @type {string} */ (statement.id.name)];
    }
    return [];
  });

/**
 * All `var` declarations that belong to the function or program that this is a part of.
 * @param {Node} node
 * @param {Node} [parent]
 * @returns {{ node: Node, parent: Node | undefined }[]}
 */
const varDeclarations = (node, parent) => {
  if (node.type === 'VariableDeclaration') return node.kind === 'var' ? [{ node, parent }] : [];
  return childrenOf(node).flatMap((child) =>
    isStatement(child) || child.type === 'SwitchCase' || child.type === 'CatchClause'
      ? varDeclarations(child, node)
      : [],
  );
};

/** Whether there can be a `var` inside that does not belong to a function of its own. @param {Node} node */
const isStatement = (node) =>
  node.type === 'VariableDeclaration' ||
  (node.type.endsWith('Statement') && node.type !== 'ExpressionStatement');

/** @param {Node} node */
const isFunction = ({ type }) => type.endsWith('FunctionExpression') || type === 'FunctionDeclaration';

/** Whether the program awaits, outside of all functions. @param {Node} node @returns {boolean} */
const awaits = (node) => {
  if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) return true;
  if (isFunction(node) || node.type === 'StaticBlock') return false;
  // A class is part of what runs now, in what it extends and the names it computes.
  if (node.type === 'PropertyDefinition') return node.computed && awaits(node.key);
  return childrenOf(node).some(awaits);
};

module.exports = {
  childrenOf,
  isFunction,
  findReferences,
  patternNames,
  declaredNames,
  varDeclarations,
  awaits,
};
