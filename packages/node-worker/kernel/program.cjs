/** From a command's code to something that can be run; keeps track of what is declared where. */
'use strict';

const { rewrite } = /** @type {typeof import('./rewrite.cjs')} */ (require('./rewrite.cjs'));

/** @typedef {import('node:vm').Script} Script */
/** @typedef {import('./rewrite.cjs').Rewriting} Rewriting */
/** @typedef {import('./rewrite.cjs').Edit} Edit */

/**
 * What was typed, for messages that show it.
 * @typedef {{ code: string, edits: Edit[] }} Source
 */

/**
 * A syntax error, before anything ran.
 * @typedef {{ message: string, line: number, column: number } | { error: unknown }} SyntaxProblem
 */

/**
 * @typedef {object} Program
 * @property {() => unknown} start runs it in the main context; its value, or an async function
 * @property {boolean} isAsync `start` gives an async function, whose own value is `{ v: value }` or undefined
 * @property {boolean} hasValue
 * @property {() => void} abandon it failed: what it never initialised is as if it had not been declared
 */

/**
 * @typedef {object} Programs
 * @property {(code: string) => { program: Program } | { problem: SyntaxProblem }} compile
 * @property {() => string[]} declared names that are not on the global object
 * @property {(name: string) => unknown} read the value of one of them
 * @property {Map<string, string>} imports local name to module
 * @property {(filename: string) => Source | undefined} sourceOf
 * @property {() => string} currentFile
 * @property {() => void} warmUp loads the parser ahead of need
 */

/** Sources are kept for the messages of errors that their functions throw later. */
const keptSources = 100;
const keptSourceLength = 100_000;
const keptPrograms = 200;

/**
 * One line, one statement, and that an expression: its value is the script's, and it declares nothing.
 * Anything else is for the parser to tell. Needs no parser itself, which takes 8 ms to load.
 * @param {string} code
 */
const isPlainExpression = (code) =>
  code.length <= 1_000 &&
  !/[;{}`\n\r\u2028\u2029]|\\u|\/[/*]|<!--|-->|#!/.test(code) &&
  !/^[^'"([]*:/.test(code) &&
  !/\b(?:let|const|class|import|export|await|async|yield|var|function|if|else|for|while|do|with|switch|case|throw|try|return|break|continue|debugger|using|enum)\b/.test(
    code,
  );

const mayAssign = /=|\+\+|--/;

/** Code this long that declares nothing that outlives it is run as it is: parsing it would take seconds. */
const parseLimit = 2_000_000;

/**
 * @param {import('./host.cjs').Host} host
 * @param {() => unknown} loadAcorn
 * @returns {Programs}
 */
const createPrograms = (host, loadAcorn) => {
  /** @type {Set<string>} */
  const lexicals = new Set();
  /** @type {Set<string>} */
  const constants = new Set();
  /** @type {Set<string>} declared by commands that failed before they gave them a value */
  const abandoned = new Set();
  /** @type {Map<string, string>} */
  const imports = new Map();
  /** @type {Map<string, Source>} */
  const sources = new Map();
  /** @type {typeof import('acorn') | undefined} */
  let acorn;
  let count = 0;
  const currentFile = () => `[command ${count}]`;

  const names = {
    isLexical: (/** @type {string} */ name) => lexicals.has(name),
    isConstant: (/** @type {string} */ name) => constants.has(name),
    constants: () => constants,
    isFixedGlobal: (/** @type {string} */ name) =>
      Object.getOwnPropertyDescriptor(host.globalThis, name)?.configurable === false,
  };
  const warmUp = () => {
    acorn ??= /** @type {typeof import('acorn')} */ (loadAcorn());
  };
  /** @param {string} code @returns {import('acorn').Program} */
  const parseImports = (code) => {
    try {
      return /** @type {typeof import('acorn')} */ (acorn).parse(code, {
        ecmaVersion: 'latest',
        allowAwaitOutsideFunction: true,
        allowImportExportEverywhere: true,
        allowHashBang: true,
      });
    } catch (error) {
      const { pos } = /** @type {{ pos?: number }} */ (error);
      if (pos === undefined || !code.startsWith('assert', pos) || !/\bimport\b/.test(code)) throw error;
      // What `with` was called before; nothing moves.
      return parseImports(
        `${code.slice(0, pos)}${'with'.padEnd('assert'.length)}${code.slice(pos + 'assert'.length)}`,
      );
    }
  };
  const parse = (/** @type {string} */ code) => {
    warmUp();
    const program = parseImports(code);
    const exported = program.body.find(({ type }) => type.startsWith('Export'));
    if (exported) throw Object.assign(new SyntaxError("Unexpected token 'export'"), { pos: exported.start });
    return /** @type {import('./references.cjs').Node} */ (program);
  };
  const remember = (/** @type {Source} */ source) => {
    if (source.code.length > keptSourceLength) return;
    sources.set(currentFile(), source);
    const [oldest] = sources.keys();
    if (sources.size > keptSources && oldest !== undefined) sources.delete(oldest);
  };

  const declare = (/** @type {string} */ keyword, /** @type {string[]} */ wanted) => {
    if (wanted.length === 0) return;
    try {
      host.run(host.compile(`${keyword} ${wanted.join()};`, currentFile()));
    } catch (error) {
      // The user declared one of them without the kernel's knowledge (`vm.runInThisContext('let a')`).
      if (wanted.length === 1) {
        if (keyword === 'let') return;
        throw error;
      }
      for (const name of wanted) declare(keyword, [name]);
    }
  };
  const valueOf = (/** @type {string} */ name) => host.run(host.compile(name, currentFile()));

  /** @param {Rewriting} rewriting @returns {Program} */
  const prepare = (rewriting) => {
    const { functions, body, isAsync, hasValue, indent, newVars, newLexicals } = rewriting;
    const bodyScript = host.compile(body, currentFile(), -indent);
    const functionsScript = functions === undefined ? undefined : host.compile(functions, currentFile());
    return {
      isAsync,
      hasValue,
      start: () => {
        declare('var', newVars);
        declare('let', newLexicals);
        for (const name of rewriting.assigned) {
          if (!names.isFixedGlobal(name)) lexicals.add(name);
        }
        for (const name of [...rewriting.assigned, ...rewriting.redeclared]) {
          constants.delete(name);
          imports.delete(name);
          abandoned.delete(name);
        }
        for (const name of rewriting.constants) constants.add(name);
        for (const [name, module] of rewriting.imports) imports.set(name, module);
        if (functionsScript) host.run(functionsScript);
        return host.run(bodyScript);
      },
      abandon: () => {
        for (const name of rewriting.assigned) {
          try {
            if (valueOf(name) !== undefined) continue;
          } catch {
            continue;
          }
          constants.delete(name);
          imports.delete(name);
          abandoned.add(name);
        }
      },
    };
  };
  /** @param {string} code @returns {Program} */
  const prepareAsIs = (code) => {
    const script = host.compile(code, currentFile());
    return { isAsync: false, hasValue: true, start: () => host.run(script), abandon: () => undefined };
  };

  // Agents and programs ask the same short things again and again.
  /** @type {Map<string, Program>} */
  const prepared = new Map();
  /** @param {string} code */
  const prepareAgain = (code) => {
    const known = prepared.get(code);
    if (known) return known;
    const program = prepareAsIs(code);
    if (prepared.size === keptPrograms) prepared.clear();
    if (code.length <= 1_000) prepared.set(code, program);
    return program;
  };

  return {
    imports,
    currentFile,
    read: valueOf,
    sourceOf: (filename) => sources.get(filename),
    declared: () => {
      for (const name of abandoned) {
        try {
          if (valueOf(name) !== undefined) abandoned.delete(name);
        } catch {
          // Still as good as undeclared.
        }
      }
      return [...lexicals].filter((name) => !abandoned.has(name));
    },
    warmUp,
    compile: (code) => {
      count += 1;
      const isPlain =
        (isPlainExpression(code) && (constants.size === 0 || !mayAssign.test(code))) ||
        (code.length > parseLimit && !/\b(?:let|const|class|import|await)\b|\\u/.test(code));
      /** @type {Source} */
      const source = { code, edits: [] };
      remember(source);
      if (isPlain) {
        try {
          return { program: prepareAgain(code) };
        } catch (error) {
          return { problem: { error } };
        }
      }
      /** @type {Rewriting | undefined} */
      let rewriting;
      /** @type {unknown} */
      let parseError;
      try {
        rewriting = rewrite(parse(code), code, names);
        source.edits = rewriting.edits;
        return { program: prepare(rewriting) };
      } catch (error) {
        parseError = error;
      }
      return judge(host, code, currentFile(), parseError, rewriting);
    },
  };
};

/**
 * The parser, or V8, refused the code. V8 has the last word: it may know a syntax that the parser
 * does not, and its message is the one that plain Node prints.
 * @param {import('./host.cjs').Host} host
 * @param {string} code
 * @param {string} filename
 * @param {unknown} parseError
 * @param {Rewriting | undefined} rewriting
 * @returns {{ program: Program } | { problem: SyntaxProblem }}
 */
const judge = (host, code, filename, parseError, rewriting) => {
  try {
    const script = host.compile(code, filename);
    // V8 takes the code itself, but not what became of it: nothing can be said about its names.
    return {
      program: { isAsync: false, hasValue: true, start: () => host.run(script), abandon: () => undefined },
    };
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (!/await|Cannot use import statement|import\.meta/.test(message)) return { problem: { error } };
  }
  const opening = '(async()=>{';
  try {
    host.compile(`${opening}${code}\n})`, filename, -opening.length);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (!/Cannot use import statement/.test(message)) return { problem: { error } };
  }
  if (rewriting !== undefined) return { problem: { error: parseError } };
  const { message, pos = 0 } = /** @type {Error & { pos?: number }} */ (parseError);
  const before = code.slice(0, pos).split(/\r\n|[\n\r\u2028\u2029]/);
  return {
    problem: {
      message: message.includes("'return' outside of function")
        ? 'Illegal return statement'
        : message.replace(/ \(\d+:\d+\)$/, ''),
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
    },
  };
};

module.exports = { createPrograms };
