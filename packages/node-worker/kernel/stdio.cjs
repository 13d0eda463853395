/**
 * The descriptors 0, 1 and 2.
 *
 * Node has no `dup2`. A descriptor is pointed elsewhere by closing it and opening the new file,
 * which gets the lowest number that is free; so no other thread may open one at that moment.
 * Usually nothing has to be done: the session thread gives every command the same pipes, and
 * stdin is `/dev/null`.
 */
'use strict';

const { identify } = /** @type {typeof import('./control.cjs')} */ (require('./control.cjs'));

/**
 * @typedef {object} Stdio
 * @property {(request: { stdout: string, stderr: string, stdin?: string }) => { keptOutput: boolean }} enter
 * @property {() => void} leave the command is over: its stdin is at its end
 * @property {() => void} repair opens again what user code closed
 * @property {(text: string) => void} writeError to stderr
 */

const nowhere = '/dev/null';

/**
 * @param {import('./host.cjs').Host} host
 * @param {{ beginInput: (hasInput: boolean) => void }} streams
 * @returns {Stdio}
 */
const createStdio = (host, { beginInput }) => {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = host.fsConstants;
  const outputs = [
    { fd: 1, path: '', identity: identify(host, 1) },
    { fd: 2, path: '', identity: identify(host, 2) },
  ];
  let hasInput = false;

  /** @param {number} fd @param {string} path @param {number} flags @returns {boolean} whether it worked */
  const point = (fd, path, flags) => {
    for (let lower = 0; lower < fd; lower += 1) {
      if (identify(host, lower) === undefined) host.open(nowhere, O_RDWR);
    }
    try {
      host.close(fd);
    } catch {
      // It was closed already.
    }
    for (;;) {
      const got = open(path, flags);
      if (got === fd) return true;
      // Someone was faster, and has the number now. Theirs it is.
      if (got !== undefined) host.close(got);
      if (got === undefined || got > fd) return false;
    }
  };
  /** @param {string} path @param {number} flags */
  const open = (path, flags) => {
    try {
      return host.open(path, flags);
    } catch {
      return undefined;
    }
  };

  /** @param {typeof outputs[number]} output @param {string} path @returns {boolean} whether it writes there now */
  const enterOutput = (output, path) => {
    if (output.path === path) return true;
    const wanted = identifyPath(host, path);
    const current = identify(host, output.fd);
    if (wanted !== undefined && current === wanted) {
      output.path = path;
      output.identity = wanted;
      return true;
    }
    // The user pointed it somewhere: there it stays, as in one script.
    if (current !== undefined && current !== output.identity) return true;
    if (hasBusyThreads(host) || !point(output.fd, path, O_WRONLY)) return false;
    output.path = path;
    output.identity = identify(host, output.fd);
    return true;
  };

  return {
    enter: ({ stdout, stderr, stdin }) => {
      const [first, second] = /** @type {[typeof outputs[number], typeof outputs[number]]} */ (outputs);
      const keepsFirst = !enterOutput(first, stdout);
      const keepsSecond = !enterOutput(second, stderr);
      if (stdin !== undefined) {
        // Opening a pipe waits for a writer, and the only one may have written all and gone.
        const writer = open(stdin, O_WRONLY | O_NONBLOCK);
        hasInput = point(0, stdin, O_RDONLY);
        if (writer !== undefined) host.close(writer);
        beginInput(hasInput);
      }
      return { keptOutput: keepsFirst || keepsSecond };
    },
    leave: () => {
      if (!hasInput) return;
      hasInput = false;
      beginInput(false);
      point(0, nowhere, O_RDONLY);
    },
    repair: () => {
      if (identify(host, 0) === undefined) point(0, nowhere, O_RDONLY);
      for (const output of outputs) {
        if (output.path !== '' && identify(host, output.fd) === undefined)
          point(output.fd, output.path, O_WRONLY);
      }
    },
    writeError: (text) => void host.writeAll(2, host.encode(text)),
  };
};

/** @param {import('./host.cjs').Host} host @param {string} path */
const identifyPath = (host, path) => {
  try {
    const { dev, ino } = host.stat(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
};

/** Whether another thread of this process may be opening files. @param {import('./host.cjs').Host} host */
const hasBusyThreads = (host) =>
  host.activeResources().some((kind) => /^(?:FSReq|GetAddrInfo|GetNameInfo|Worker$|MessagePort$)/.test(kind));

module.exports = { createStdio };
