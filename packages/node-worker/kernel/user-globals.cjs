/**
 * What user code finds besides Node itself: `require` and its relatives as in the Node REPL,
 * `process.exit()` that ends the command, and nothing that tells of the kernel.
 *
 * Belongs to the main context.
 */
'use strict';

const Module = require('node:module');
const { importFromFolder, installModuleGlobals } = require('./module-globals.cjs');
const { installStandardStreams } = require('./standard-streams.cjs');

// Looked up once: user code can put anything in their place.
const { process, Number, Object, Reflect } = globalThis;

/**
 * What the kernel does when user code asks for something that concerns it.
 * @typedef {object} UserEvents
 * @property {(code: number) => void} onExit `process.exit()`; does not return while a command can be ended
 * @property {(error: unknown, isRejection: boolean) => void} onUncaught nobody handles it
 * @property {(task: () => void) => void} guarded runs what is called from outside of guarded code
 * @property {(send: () => number) => number} onOwnSignal it sends SIGINT to this process; does not return where that can end it
 */

/**
 * @typedef {object} UserGlobals
 * @property {(events: UserEvents) => void} listen
 * @property {(hasInput: boolean) => void} beginInput
 * @property {(error: unknown) => boolean} offerUncaught to the user's own handlers; whether one took it. Throws what they throw
 * @property {() => number | undefined} takeExitCode what `process.exitCode` was set to; it is then unset
 * @property {(signal: 'SIGINT') => boolean} emitSignal whether somebody listened
 * @property {() => void} warmUp makes what commands will need, while there is time
 * @property {() => void} revive streams that a command ended
 */

/** @param {import('./host.cjs').Host} host @returns {UserGlobals} */
const installUserGlobals = (host) => {
  forgetKernel(host);
  installModuleGlobals(host);
  const streams = installStandardStreams(host);
  const { apply } = Reflect;
  const { emit, listenerCount } = process;
  const { hasUncaughtExceptionCaptureCallback } = process;
  const offerException = /** @type {any} */ (process)._fatalException;
  /** @type {UserEvents} */
  let events = {
    onExit: () => undefined,
    onUncaught: () => undefined,
    guarded: (task) => task(),
    onOwnSignal: (send) => send(),
  };

  let isExiting = false;
  function exit(/** @type {any[]} */ ...given) {
    // Node itself checks the value.
    if (given.length !== 0) process.exitCode = given[0];
    endCommand(true);
  }
  function reallyExit(/** @type {any} */ code) {
    process.exitCode = code;
    endCommand(false);
  }
  const endCommand = (/** @type {boolean} */ tellListeners) => {
    if (tellListeners && !isExiting) {
      isExiting = true;
      try {
        apply(emit, process, ['exit', readExitCode() ?? 0]);
      } finally {
        isExiting = false;
      }
    }
    const code = readExitCode() ?? 0;
    process.exitCode = undefined;
    events.onExit(code);
  };
  const readExitCode = () => {
    const { exitCode } = process;
    return exitCode === undefined || exitCode === null ? undefined : Number(exitCode) & 0xff;
  };
  process.exit = /** @type {any} */ (exit);
  /** @type {any} */ (process).reallyExit = reallyExit;

  const { kill, pid: ownPid, setImmediate } = host;
  const emitSignal = (/** @type {'SIGINT'} */ signal) =>
    apply(emit, process, [signal, signal, host.signals[signal]]);
  const { SIGINT } = host.signals;
  // What `process.kill` calls.
  /** @type {any} */ (process)._kill = (/** @type {number} */ pid, /** @type {number} */ signal) => {
    const send = () => kill(pid, signal);
    const isOwn = pid === ownPid || pid === 0 || pid === -ownPid;
    if (!isOwn || signal !== SIGINT) return send();
    if (pid !== ownPid || apply(listenerCount, process, ['SIGINT']) === 0) return events.onOwnSignal(send);
    // Who listens is told by the event loop, and what runs goes on: sent, it would be the guard's, and end it.
    setImmediate(() => emitSignal('SIGINT'));
    return 0;
  };

  const isHandledByUser = () =>
    apply(listenerCount, process, ['uncaughtException']) > 0 ||
    apply(hasUncaughtExceptionCaptureCallback, process, []);
  const offer = (/** @type {unknown} */ error, /** @type {boolean} */ isRejection) => {
    if (isHandledByUser()) return offerException(error, isRejection);
    const origin = isRejection ? 'unhandledRejection' : 'uncaughtException';
    apply(emit, process, ['uncaughtExceptionMonitor', error, origin]);
    return false;
  };
  const noop = () => undefined;
  const { clearDefaultTriggerAsyncId } = host.internals?.asyncHooks ?? {};
  const { clearAsyncIdStack } = host;
  // Node calls it for whatever nobody caught, and ends the process unless it says true.
  /** @type {any} */ (process)._fatalException = (
    /** @type {unknown} */ error,
    /** @type {boolean} */ isRejection,
  ) => {
    let isTaken = false;
    events.guarded(() => {
      try {
        isTaken = offer(error, isRejection);
        if (!isTaken) events.onUncaught(error, isRejection);
      } catch (fromHandler) {
        events.onUncaught(fromHandler, false);
      }
    });
    if (isTaken) return true;
    // As Node does after a handled exception: ticks get their turn, what was being called is forgotten.
    setImmediate(noop);
    clearDefaultTriggerAsyncId?.();
    clearAsyncIdStack();
    return true;
  };
  keepSigint();

  return {
    listen: (next) => {
      events = next;
    },
    beginInput: streams.beginInput,
    warmUp: () => {
      streams.warmUp();
      importFromFolder(host);
    },
    revive: streams.revive,
    offerUncaught: (error) => offer(error, false),
    takeExitCode: () => {
      const code = readExitCode();
      if (code !== undefined) process.exitCode = undefined;
      return code;
    },
    emitSignal,
  };
};

/** `process.on('SIGINT')` must not take the signal away from the guard. The kernel calls the listeners itself. */
const keepSigint = () => {
  for (const event of /** @type {const} */ (['newListener', 'removeListener'])) {
    for (const listener of /** @type {Function[]} */ (process.rawListeners(event))) {
      process.removeListener(event, /** @type {any} */ (listener));
      process.on(event, (/** @type {any} */ type) => {
        if (type !== 'SIGINT') listener(type);
      });
    }
  }
};

/** @param {import('./host.cjs').Host} host */
const forgetKernel = ({ kernelDir, execPath }) => {
  process.argv.splice(0, process.argv.length, execPath);
  process.execArgv.splice(0);
  const cache = /** @type {any} */ (Module)._cache;
  for (const file of Object.keys(cache)) {
    if (file.startsWith(kernelDir)) delete cache[file];
  }
  const pathCache = /** @type {any} */ (Module)._pathCache;
  for (const key of Object.keys(pathCache)) {
    if (pathCache[key].startsWith(kernelDir)) delete pathCache[key];
  }
};

module.exports = { installUserGlobals };
