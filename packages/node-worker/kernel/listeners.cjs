/** Notices what user code does to processes and descriptors. Belongs to the main context. */
'use strict';

// Looked up once: user code can put anything in its place.
const { apply } = Reflect;

/** @typedef {import('./node-internals.cjs').Internals} Internals */

/**
 * @typedef {(pid: number, child: { file: string, args: string[], inheritsOutput: boolean }) => void} SpawnListener
 */

/**
 * @param {Internals | undefined} internals
 * @param {SpawnListener} listener
 */
const listenToSpawn = (internals, listener) => {
  const prototype = internals?.processWrap.Process.prototype;
  if (!prototype) return;
  const { spawn } = prototype;
  prototype.spawn = /** @this {{ pid: number }} @param {any[]} given */ function (...given) {
    const failed = apply(spawn, this, given);
    if (failed) return failed;
    const options = given[0];
    // Newer versions of Node give it apart.
    const stdio = options.stdio?.length === undefined ? given[1] : options.stdio;
    let inheritsOutput = false;
    for (let n = 0; n < (stdio?.length ?? 0); n += 1) {
      const { type, fd } = stdio[n];
      if ((type === 'inherit' || type === 'fd') && (fd === 1 || fd === 2)) inheritsOutput = true;
    }
    listener(this.pid, { file: `${options.file}`, args: options.args ?? [], inheritsOutput });
    return failed;
  };
};

/**
 * @param {Internals | undefined} internals
 * @param {(fd: number) => void} listener
 */
const listenToClose = (internals, listener) => {
  const binding = internals?.fs;
  const close = binding?.close;
  if (typeof close !== 'function') return false;
  try {
    binding.close = /** @this {unknown} @param {any[]} given */ function (...given) {
      listener(given[0]);
      return apply(close, this, given);
    };
  } catch {
    return false;
  }
  return true;
};

module.exports = { listenToClose, listenToSpawn };
