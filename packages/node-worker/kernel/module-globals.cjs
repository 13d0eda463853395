/**
 * `require`, `module` and their relatives, as in the Node REPL. They look from the working
 * directory, wherever that is at the time.
 *
 * Belongs to the main context.
 */
'use strict';

const Module = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

// Looked up once: user code can put anything in their place.
const { process, globalThis: userGlobal, Object, Reflect } = globalThis;

/** @param {import('./host.cjs').Host} host */
const installModuleGlobals = (host) => {
  const { defineProperty } = Object;
  const { apply } = Reflect;
  const filenameIn = (/** @type {string} */ folder) => join(folder, '[command]');
  const createModule = (/** @type {string} */ folder) => {
    const created = /** @type {any} */ (new Module('.', undefined));
    created.filename = filenameIn(folder);
    created.paths = /** @type {any} */ (Module)._nodeModulePaths(folder);
    return created;
  };
  let folder = host.cwd();
  const module = createModule(folder);
  // The idiom `if (require.main === module) main()` means this session.
  /** @type {any} */ (process).mainModule = module;
  const follow = () => {
    const now = host.cwd();
    if (now === folder) return;
    folder = now;
    module.filename = filenameIn(folder);
    module.paths = /** @type {any} */ (Module)._nodeModulePaths(folder);
  };
  const moduleRequire = module.require;
  const resolveFilename = /** @type {any} */ (Module)._resolveFilename;
  const require = Object.assign(
    /** @param {string} id */ function require(id) {
      follow();
      return apply(moduleRequire, module, [id]);
    },
    {
      resolve: Object.assign(
        (/** @type {string} */ request, /** @type {object} */ options) => {
          follow();
          return resolveFilename(request, module, false, options);
        },
        {
          paths: (/** @type {string} */ request) => {
            follow();
            return /** @type {any} */ (Module)._resolveLookupPaths(request, module);
          },
        },
      ),
      main: module,
      extensions: /** @type {any} */ (Module)._extensions,
      cache: /** @type {any} */ (Module)._cache,
    },
  );

  /** @param {string} name @param {unknown} value */
  const define = (name, value) =>
    defineProperty(
      userGlobal,
      name,
      /** @type {PropertyDescriptor} */ ({ __proto__: null, configurable: true, writable: true, value }),
    );
  /** @param {string} name @param {() => unknown} get */
  const defineLive = (name, get) =>
    defineProperty(userGlobal, name, {
      configurable: true,
      enumerable: false,
      get,
      set: (value) => define(name, value),
    });
  define('require', require);
  define('module', module);
  define('exports', module.exports);
  defineLive('__filename', () => {
    follow();
    return module.filename;
  });
  defineLive('__dirname', () => {
    follow();
    return folder;
  });
  // As in the REPL and in `node -e`: `fs`, `path` and the others are there, loaded on first use.
  for (const name of Module.builtinModules) {
    if (name.startsWith('_') || name.includes('/') || Object.hasOwn(userGlobal, name)) continue;
    defineLive(name, () => {
      const loaded = apply(moduleRequire, module, [name]);
      define(name, loaded);
      return loaded;
    });
  }
};

/**
 * `import()` looks from the working directory too. Node takes it where a script has no file, but only the first time that
 * something is asked for, and remembers what that was.
 * @param {import('./host.cjs').Host} host
 */
const importFromFolder = (host) => {
  const loader = host.internals?.moduleLoader?.getOrInitializeCascadedLoader?.();
  const load = loader?.import;
  if (typeof load !== 'function') return;
  const { apply } = Reflect;
  loader.import =
    /** @param {string} specifier @param {string | undefined} parent @param {unknown[]} others */ (
      specifier,
      parent,
      ...others
    ) => apply(load, loader, [specifier, parent ?? pathToFileURL(join(host.cwd(), '/')).href, ...others]);
};

module.exports = { installModuleGlobals, importFromFolder };
