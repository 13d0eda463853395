/** What is alive in the session: read from the live namespace, running as little of its code as can be. */
'use strict';

const { readEnvironment } = /** @type {typeof import('./context.cjs')} */ (require('./context.cjs'));

/** @typedef {{ name: string, type: string, preview: string }} VariableInfo */

/** Runs it, or ends it when it takes too long. @typedef {(task: () => void) => void} Attempt */

const previewLength = 80;
const unreadable = '(not readable)';
/** For all that is alive together: the rest is then named, and not shown. */
const longestMs = 3_000;

/**
 * @param {import('./host.cjs').Host} host
 * @param {import('./program.cjs').Programs} programs
 * @param {import('./children.cjs').Children} children
 */
const createDescriber = (host, programs, children) => {
  const before = new Set(Reflect.ownKeys(host.globalThis));

  /** @returns {{ name: string, read: () => unknown }[]} */
  const listNames = () => {
    const lexicals = programs.declared().map((name) => ({ name, read: () => programs.read(name) }));
    const declared = new Set(lexicals.map(({ name }) => name));
    const globals = Reflect.ownKeys(host.globalThis)
      .filter((key) => typeof key === 'string' && !before.has(key) && !declared.has(key))
      .map((key) => ({ name: /** @type {string} */ (key), read: () => readGlobal(host, key) }));
    return [...lexicals, ...globals];
  };

  /** @typedef {{ name: string, value: unknown, preview: string }} Described */

  /** Showing a value can run code of the user's: a class may compute its name. @param {Attempt} attemptTo @returns {Described[]} */
  const describeNames = (attemptTo) => {
    const names = listNames();
    /** @type {Described[]} */
    const described = [];
    const giveUpAt = host.now() + longestMs;
    let position = 0;
    const next = (/** @type {boolean} */ isShown) => {
      const { name, read } = /** @type {typeof names[number]} */ (names[position]);
      const value = attempt(read, notReadable);
      described[position] = { name, value, preview: isShown ? showValue(host, value) : unreadable };
      position += 1;
    };
    let failures = 0;
    while (position < names.length) {
      const first = position;
      attemptTo(() => {
        while (position < names.length) next(host.now() < giveUpAt);
      });
      failures = position === first ? failures + 1 : 0;
      // It had all of the time for itself, and more than once.
      if (failures < 2) continue;
      next(false);
      failures = 0;
    }
    return described;
  };

  /** @param {Attempt} attemptTo */
  return (attemptTo) => {
    /** @type {string[]} */
    const functions = [];
    /** @type {VariableInfo[]} */
    const variables = [];
    /** @type {Record<string, string>} */
    const imports = {};
    for (const { name, value, preview } of describeNames(attemptTo)) {
      const module = programs.imports.get(name);
      if (module !== undefined && value !== undefined) imports[name] = module;
      else if (typeof value === 'function' && !isClass(host, value)) functions.push(name);
      else variables.push({ name, type: attempt(() => typeOf(host, value), 'object'), preview });
    }
    const jobs = children.alive().map(({ pid, command, commandId }) => ({
      pid,
      command,
      ...(commandId === '' ? {} : { commandId }),
    }));
    /** @type {Record<string, string>} */
    let env = {};
    attemptTo(() => {
      env = readEnvironment(host);
    });
    return {
      env_vars: env,
      functions,
      aliases: {},
      imports,
      variables,
      working_dir: host.cwd(),
      jobs,
    };
  };
};

const notReadable = Symbol('not readable');
const accessor = Symbol('accessor');

/** @param {import('./host.cjs').Host} host @param {PropertyKey} key */
const readGlobal = (host, key) => {
  const property = Object.getOwnPropertyDescriptor(host.globalThis, key);
  if (property === undefined) return undefined;
  return 'value' in property ? property.value : accessor;
};

/** @param {import('./host.cjs').Host} host @param {unknown} value */
const showValue = (host, value) => {
  if (value === accessor) return '[Getter]';
  return value === notReadable ? unreadable : attempt(() => preview(host, value), unreadable);
};

/** The class' name, or the kind of primitive. @param {import('./host.cjs').Host} host @param {unknown} value */
const typeOf = (host, value) => {
  if (value === accessor) return 'accessor';
  if (value === notReadable) return 'unknown';
  if (value === null) return 'null';
  if (typeof value === 'function')
    return host.types.isProxy(value) ? 'Proxy' : isClass(host, value) ? 'class' : 'function';
  if (typeof value !== 'object') return typeof value;
  // Asking a proxy for anything would run its handler.
  /** @type {object | null} */
  let object = value;
  for (; object !== null; object = Reflect.getPrototypeOf(object)) {
    if (host.types.isProxy(object)) return 'Proxy';
    const made = Object.getOwnPropertyDescriptor(object, 'constructor')?.value;
    if (typeof made !== 'function' || host.types.isProxy(made)) continue;
    const name = Object.getOwnPropertyDescriptor(made, 'name')?.value;
    if (typeof name === 'string' && name !== '') return name.slice(0, previewLength);
  }
  return 'object';
};

/** @param {import('./host.cjs').Host} host @param {Function} value */
const isClass = (host, value) => {
  if (host.types.isProxy(value)) return false;
  return Function.prototype.toString.call(value).startsWith('class');
};

/** One line. @param {import('./host.cjs').Host} host @param {unknown} value */
const preview = (host, value) => {
  const start = typeof value === 'string' ? value.slice(0, 2 * previewLength) : value;
  const text = host
    .inspect(start, {
      depth: 1,
      customInspect: false,
      getters: false,
      showProxy: false,
      maxArrayLength: 10,
      maxStringLength: 2 * previewLength,
      breakLength: Number.POSITIVE_INFINITY,
      compact: true,
    })
    .replace(/\s+/g, ' ');
  return text.length > previewLength ? `${text.slice(0, previewLength - 1)}…` : text;
};

/** @template Value @template Other @param {() => Value} read @param {Other} otherwise @returns {Value | Other} */
const attempt = (read, otherwise) => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

module.exports = { createDescriber };
