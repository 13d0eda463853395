/**
 * The house's rules about who may import what (design, section 3): imports run one way, protocol
 * stays free of Node, three libraries have one door each, and no barrels inside a package.
 */
import { isBuiltin } from 'node:module';
import { join, normalize, relative } from 'node:path';

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */

/**
 * Layers from the bottom up: a workspace imports only from lower ones, never its own kind.
 *
 * @type {readonly (readonly string[])[]}
 */
const layers = [
  ['packages/protocol'],
  ['packages/core'],
  ['packages/shell-worker', 'packages/python-worker', 'packages/node-worker'],
  ['packages/holdfast'],
  ['packages/tools', 'packages/store'],
  ['packages/client', 'packages/mcp', 'packages/server'],
  ['packages/cli'],
  ['apps/demo', 'bench', 'examples'],
];

/** Workspaces outside of the order, which see the protocol alone because they run in a browser or far away. */
const protocolOnly = ['packages/inspector', 'packages/client'];

/** The one file of a package that may import the library at run time. Types may be imported anywhere. */
const doors = new Map([
  ['piscina', 'packages/core/src/host/thread-pool.ts'],
  ['comlink', 'packages/core/src/rpc/endpoint.ts'],
  ['execa', 'packages/core/src/kernel/child-kernel.ts'],
]);

/**
 * Every breach of the rules, as a sentence; empty when all is well.
 *
 * @param {readonly SourceFile[]} files
 * @param {readonly { dir: string, name: string }[]} workspaces
 * @param {ReadonlySet<string>} entries sources that `exports` point to, without extension
 * @returns {string[]}
 */
export function findBreaches(files, workspaces, entries) {
  const dirOfPackage = new Map(workspaces.map(({ name, dir }) => [name, dir]));
  return files.flatMap((file) => {
    const home = workspaces.find(({ dir }) => file.path.startsWith(`${dir}/`))?.dir;
    if (home === undefined) return [];
    const breaches = file.imports.flatMap(({ from, isType }) => [
      ...checkDirection(file, home, from, dirOfPackage),
      ...checkFreeOfNode(file, home, from),
      ...(isType ? [] : checkDoors(file, home, from)),
    ]);
    return [...breaches, ...checkBarrel(file, entries)];
  });
}

/**
 * @param {SourceFile} file
 * @param {string} home
 * @param {string} from
 * @param {ReadonlyMap<string, string>} dirOfPackage
 * @returns {string[]}
 */
function checkDirection(file, home, from, dirOfPackage) {
  if (from.startsWith('.')) {
    const target = normalize(join(file.path, '..', from));
    if (!relative(home, target).startsWith('..')) return [];
    return isTest(file.path) || isBuildScript(file.path)
      ? []
      : [`${file.path} reaches out of its package: ${from}`];
  }
  const target = dirOfPackage.get(packageName(from));
  // A test may stand on anything: a client is tested with the daemon that it is a client of.
  if (target === undefined || target === home || isTest(file.path)) return [];
  return mayImport(home, target) ? [] : [`${file.path} imports ${from}: imports run ${direction}`];
}

const direction = 'protocol ← core ← workers ← holdfast ← tools ← apps';

/**
 * @param {string} home
 * @param {string} target
 */
function mayImport(home, target) {
  if (protocolOnly.includes(home)) return target === 'packages/protocol';
  const from = layers.findIndex((layer) => layer.includes(home));
  const to = layers.findIndex((layer) => layer.includes(target));
  // An unknown workspace needs a place in the order before it may be used.
  if (from === -1 || to === -1) return false;
  return to < from;
}

/**
 * @param {SourceFile} file
 * @param {string} home
 * @param {string} from
 * @returns {string[]}
 */
function checkFreeOfNode(file, home, from) {
  if (home !== 'packages/protocol' || isTest(file.path) || !isBuiltin(from)) return [];
  return [`${file.path} imports ${from}: protocol also runs in a browser`];
}

/**
 * @param {SourceFile} file
 * @param {string} home
 * @param {string} from
 * @returns {string[]}
 */
function checkDoors(file, home, from) {
  // Benchmarks and examples may use a library as a peer to compare with.
  if (!home.startsWith('packages/') || isTest(file.path)) return [];
  const door = doors.get(packageName(from));
  return door === undefined || door === file.path ? [] : [`${file.path} imports ${from}: only ${door} does`];
}

/**
 * @param {SourceFile} file
 * @param {ReadonlySet<string>} entries
 * @returns {string[]}
 */
function checkBarrel(file, entries) {
  if (!file.onlyReexports || entries.has(file.path.replace(/\.[^./]+$/, ''))) return [];
  return [`${file.path} only re-exports: import from where a thing is defined`];
}

/**
 * It is no part of what the package ships, and shares the repository's tools.
 *
 * @param {string} path
 */
const isBuildScript = (path) => /^packages\/[^/]+\/build\.mjs$/.test(path);

/** @param {string} path */
const isTest = (path) => /\.test(-d)?\.[^/]+$/.test(path);

/** @param {string} specifier */
const packageName = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
