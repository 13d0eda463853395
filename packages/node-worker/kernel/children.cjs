/** Processes that commands started with `child_process`, while they live. */
'use strict';

/**
 * @typedef {object} Child
 * @property {number} pid
 * @property {string} command
 * @property {string} commandId
 * @property {boolean} holdsOutput it writes to the command's stdout or stderr itself
 */

/**
 * @typedef {object} Children
 * @property {() => Child[]} alive
 * @property {(commandId: string) => boolean} hasStrayWriters
 */

/**
 * @param {import('./host.cjs').Host} host
 * @param {() => string} currentCommandId
 * @returns {Children}
 */
const trackChildren = (host, currentCommandId) => {
  /** @type {Map<number, Child>} */
  const children = new Map();
  host.onSpawn((pid, options) => {
    children.set(pid, {
      pid,
      command: options.args.length > 0 ? options.args.join(' ') : options.file,
      commandId: currentCommandId(),
      holdsOutput: options.inheritsOutput,
    });
  });
  const alive = () => {
    for (const { pid } of children.values()) {
      if (!isAlive(host, pid)) children.delete(pid);
    }
    return [...children.values()];
  };
  return {
    alive,
    hasStrayWriters: (commandId) =>
      children.size > 0 && alive().some((child) => child.holdsOutput && child.commandId === commandId),
  };
};

/** A child that has ended but was not waited for yet is not alive. @param {import('./host.cjs').Host} host @param {number} pid */
const isAlive = (host, pid) => {
  try {
    const stat = host.readText(`/proc/${pid}/stat`);
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state !== 'Z' && state !== 'X' && Number(parent) === host.pid;
  } catch {
    return false;
  }
};

module.exports = { trackChildren };
