/**
 * The few parts of Node that have no public name but that a kernel can not do without:
 * every way from the event loop into JavaScript (so that an endless loop in any callback can be
 * ended), raw pipe reads and writes (so that nothing the user changes stands in between), and the
 * formatting of stack traces (so that the kernel's own frames stay out of them).
 *
 * Node shows them under `--expose-internals`; they are hidden again before user code runs. Where a
 * version of Node does not have them, the kernel works with what it has: see `Host.internals`.
 */
'use strict';

/**
 * @typedef {object} Internals
 * @property {any} taskQueue
 * @property {any} timers
 * @property {any} asyncWrap
 * @property {any} contextify
 * @property {any} errors
 * @property {any} fs
 * @property {any} pipe
 * @property {any} processWrap
 * @property {any} httpParser
 * @property {any} timerLists
 * @property {any} asyncHooks
 * @property {any} tickQueueClass
 * @property {any} moduleLoader
 * @property {any} prepareStackTrace
 */

/** @returns {Internals | undefined} */
const takeInternals = () => {
  const { emitWarning } = process;
  // Node warns that these are for tests only; what it prints would be the first command's output.
  process.emitWarning = () => {};
  try {
    const { internalBinding } = requireInternal('internal/test/binding');
    /** @type {Internals} */
    const internals = {
      taskQueue: internalBinding('task_queue'),
      timers: internalBinding('timers'),
      asyncWrap: internalBinding('async_wrap'),
      contextify: internalBinding('contextify'),
      errors: internalBinding('errors'),
      fs: internalBinding('fs'),
      pipe: internalBinding('pipe_wrap'),
      processWrap: internalBinding('process_wrap'),
      httpParser: internalBinding('http_parser').HTTPParser,
      timerLists: requireInternal('internal/timers'),
      asyncHooks: requireInternal('internal/async_hooks'),
      tickQueueClass: requireInternal('internal/fixed_queue'),
      moduleLoader: requireInternal('internal/modules/esm/loader'),
      prepareStackTrace: requireInternal('internal/errors').prepareStackTraceCallback,
    };
    // Said once per process: it is said here, where nobody hears it.
    requireInternal('internal/util').emitExperimentalWarning?.('vm.USE_MAIN_CONTEXT_DEFAULT_LOADER');
    return isComplete(internals) ? internals : undefined;
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
    hideInternals();
  }
};

/**
 * What not even a kernel without internals can do without: that SIGINT does not end the process.
 * @param {Internals | undefined} internals
 * @returns {{ startSigintWatchdog: () => void, clearAsyncIdStack: () => void }}
 */
const takeBasics = (internals) => {
  const binding = (/** @type {string} */ name) => {
    try {
      return /** @type {any} */ (process).binding(name);
    } catch {
      return undefined;
    }
  };
  // With --no-deprecation it is true for good, and can not be set.
  const { noDeprecation } = process;
  if (!noDeprecation) process.noDeprecation = true;
  const contextify = internals?.contextify ?? binding('contextify');
  const asyncWrap = internals?.asyncWrap ?? binding('async_wrap');
  if (!noDeprecation) process.noDeprecation = noDeprecation;
  return {
    startSigintWatchdog: contextify?.startSigintWatchdog ?? (() => undefined),
    clearAsyncIdStack: asyncWrap?.clearAsyncIdStack ?? (() => undefined),
  };
};

/** @param {string} name */
const requireInternal = (name) => require(name);

/** @param {Internals} internals */
const isComplete = ({
  taskQueue,
  timers,
  asyncWrap,
  contextify,
  errors,
  pipe,
  processWrap,
  timerLists,
  asyncHooks,
}) =>
  [
    taskQueue.setTickCallback,
    timers.setupTimers,
    timerLists.getTimerCallbacks,
    asyncWrap.setCallbackTrampoline,
    asyncWrap.clearAsyncIdStack,
    asyncHooks.clearDefaultTriggerAsyncId,
    contextify.startSigintWatchdog,
    errors.setPrepareStackTraceCallback,
    pipe.Pipe,
    processWrap.Process?.prototype?.spawn,
    /** @type {any} */ (process)._tickCallback,
  ].every((part) => typeof part === 'function') && 'tickInfo' in taskQueue;

/** Makes `require('internal/…')` and `module.builtinModules` what they are in any other process. */
const hideInternals = () => {
  try {
    const Module = require('node:module');
    const visible = Module.builtinModules.filter((name) => !name.startsWith('internal/'));
    if (visible.length === Module.builtinModules.length) return;
    const builtin = requireInternal('internal/modules/helpers').loadBuiltinModule('fs').constructor;
    builtin.setRealmAllowRequireByUsers([...visible, ...(builtin.getSchemeOnlyModuleNames?.() ?? [])]);
    Object.defineProperty(Module, 'builtinModules', { value: Object.freeze(visible) });
  } catch {
    // They stay visible: harmless, only unlike a plain process.
  }
};

module.exports = { takeInternals, takeBasics };
