/** What is alive in the session: read from the live namespace, without running any of its code. */
'use strict';

const { readEnvironment } = /** @type {typeof import('./context.cjs')} */ (require('./context.cjs'));

/** @typedef {{ name: string, type: string, preview: string }} VariableInfo */

const previewLength = 80;

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

  return () => {
    /** @type {string[]} */
    const functions = [];
    /** @type {VariableInfo[]} */
    const variables = [];
    /** @type {Record<string, string>} */
    const imports = {};
    for (const { name, read } of listNames()) {
      const value = attempt(read, notReadable);
      const module = programs.imports.get(name);
      if (module !== undefined && value !== undefined) imports[name] = module;
      else if (typeof value === 'function' && !isClass(host, value)) functions.push(name);
      else variables.push({ name, ...describeValue(host, value) });
    }
    const jobs = children.alive().map(({ pid, command, commandId }) => ({
      pid,
      command,
      ...(commandId === '' ? {} : { commandId }),
    }));
    return {
      env_vars: readEnvironment(host),
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
const describeValue = (host, value) => {
  if (value === accessor) return { type: 'accessor', preview: '[Getter]' };
  if (value === notReadable) return { type: 'unknown', preview: '(not readable)' };
  return {
    type: attempt(() => typeName(host, value), 'object'),
    preview: attempt(() => preview(host, value), '(not readable)'),
  };
};

/** The class' name, or the kind of primitive. @param {import('./host.cjs').Host} host @param {unknown} value */
const typeName = (host, value) => {
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
