/** Reads source files: which modules each one imports and exports, by a real parser. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';

/**
 * @typedef {object} Import
 * @property {string} from what stands between the quotes
 * @property {boolean} isType gone after type stripping
 *
 * @typedef {object} SourceFile
 * @property {string} path relative to the root
 * @property {string} text
 * @property {Import[]} imports also re-exports and dynamic imports of a fixed name
 * @property {boolean} onlyReexports has exports, and nothing but exports from other files
 */

/**
 * Parses one TypeScript or JavaScript file.
 *
 * @param {string} path
 * @param {string} text
 * @returns {SourceFile}
 */
export function parseSource(path, text) {
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  return {
    path,
    text,
    imports: [...staticImports(module), ...reexports(module), ...dynamicImports(module, text)],
    onlyReexports: program.body.length > 0 && program.body.every(isReexport),
  };
}

/**
 * All source files under the given folders; build output, dependencies and test data left out.
 *
 * @param {string} root
 * @param {string[]} folders
 * @param {RegExp} pattern
 * @returns {string[]} paths relative to the root
 */
export function findFiles(root, folders, pattern) {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return ignored.has(entry.name) ? [] : findFiles(root, [path], pattern);
      return pattern.test(entry.name) ? [path] : [];
    }),
  );
}

const ignored = new Set(['node_modules', 'dist', '.turbo', 'fixtures', '__pycache__', 'results']);

/**
 * @param {string} root
 * @param {string[]} paths
 */
export function parseFiles(root, paths) {
  return paths.map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

/** @typedef {ReturnType<typeof parseSync>['module']} ModuleRecord */

/**
 * @param {ModuleRecord} module
 * @returns {Import[]}
 */
function staticImports(module) {
  return module.staticImports.map(({ moduleRequest, entries }) => ({
    from: moduleRequest.value,
    // `import 'x'` has no names and does run the module.
    isType: entries.length > 0 && entries.every((entry) => entry.isType),
  }));
}

/**
 * @param {ModuleRecord} module
 * @returns {Import[]}
 */
function reexports(module) {
  return module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((entry) =>
      entry.moduleRequest ? [{ from: entry.moduleRequest.value, isType: entry.isType }] : [],
    ),
  );
}

/**
 * @param {ModuleRecord} module
 * @param {string} text
 * @returns {Import[]}
 */
function dynamicImports(module, text) {
  return module.dynamicImports.flatMap(({ moduleRequest }) => {
    const name = /^(['"])(.+)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[2];
    return name === undefined ? [] : [{ from: name, isType: false }];
  });
}

/** @param {{ type: string, source?: unknown, declaration?: unknown, specifiers?: unknown[] }} statement */
function isReexport(statement) {
  if (statement.type === 'ExportAllDeclaration') return true;
  return statement.type === 'ExportNamedDeclaration' && statement.source != null;
}
