/** What the tests need on the machine beyond Node, and what is lost without it. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} SystemTool
 * @property {string} program looked for on PATH
 * @property {string} debianPackage what `apt-get install` calls it
 * @property {string} usedBy the tests that do not run without it
 */

/** @type {readonly SystemTool[]} */
export const systemTools = [
  { program: 'bash', debianPackage: 'bash', usedBy: 'everything that runs a bash session' },
  { program: 'python3', debianPackage: 'python3', usedBy: 'everything that runs a Python session' },
  { program: 'git', debianPackage: 'git', usedBy: 'the git workflow of the demo and the examples' },
  { program: 'dash', debianPackage: 'dash', usedBy: 'shell-worker: the dash dialect' },
  { program: 'zsh', debianPackage: 'zsh', usedBy: 'shell-worker: the zsh dialect' },
  { program: 'ps', debianPackage: 'procps', usedBy: 'tests and cases that list processes with ps or pgrep' },
  { program: 'setsid', debianPackage: 'util-linux', usedBy: 'tests of jobs that leave their process group' },
];

/**
 * The tools that are not on PATH.
 *
 * @param {readonly SystemTool[]} [tools]
 * @param {string} [path]
 */
export function findMissing(tools = systemTools, path = process.env.PATH ?? '') {
  const folders = path.split(':').filter((folder) => folder !== '');
  return tools.filter((tool) => !folders.some((folder) => isExecutable(join(folder, tool.program))));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Tells what is missing, and which tests therefore did not run.
 *
 * @param {readonly SystemTool[]} missing
 */
export function describeMissing(missing) {
  const lines = missing.map((tool) => `  ${tool.program} (package ${tool.debianPackage}): ${tool.usedBy}`);
  return ['Missing on this machine, so these tests did not run:', ...lines].join('\n');
}
