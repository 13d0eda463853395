/**
 * Runs user code so that it can always be ended: by SIGINT from outside, by `process.exit()` from
 * inside. Both stop the JavaScript where it is, without `catch` or `finally` getting in the way.
 *
 * Node can do that for one synchronous run (`breakOnSigint`). User code has more ways in: timers,
 * callbacks of I/O, promises that I/O settles. All of them pass through four functions that Node
 * holds (two for timers, one for callbacks, one for ticks and microtasks), but for those in http-parsers.cjs; the guard
 * wraps those.
 * Where Node's internals are not to be had, commands and their microtasks are guarded, and timers
 * and I/O callbacks are not.
 */
'use strict';

const { createEventQueues } = /** @type {typeof import('./event-queues.cjs')} */ (
  require('./event-queues.cjs')
);
const { guardParsers } = /** @type {typeof import('./http-parsers.cjs')} */ (require('./http-parsers.cjs'));
const { startWatchdog } = /** @type {typeof import('./watchdog.cjs')} */ (require('./watchdog.cjs'));

/** What code sends itself is certain to come: longer than any machine lets a thread wait. */
const longestOwnSignalMs = 30_000;

/**
 * @typedef {object} Guard
 * @property {(task: () => void, timeoutMs?: number) => boolean} run false: it was ended before its end. Throws what the task throws.
 * @property {() => void} drain runs ticks and microtasks until there are none, inside of `run`
 * @property {() => boolean} isActive whether the code that calls this is being guarded
 * @property {() => void} endHere ends the guarded code that calls this; does not return
 * @property {() => void} awaitSignal the guarded code that calls this has sent SIGINT, and does not go on before it comes
 * @property {() => void} forgetSignals waits for those that were sent and have not had their effect yet
 * @property {(onRead: Function) => void} exempt a callback of the kernel's own
 */

/**
 * @param {import('./host.cjs').Host} host
 * @param {object} hooks
 * @param {(error: unknown) => void} hooks.onError a tick threw it, and nobody caught it
 * @param {() => void} hooks.onEnded guarded code was ended before its end
 * @param {() => void} hooks.afterRun the outermost guarded code is over
 * @returns {Guard}
 */
const createGuard = (host, hooks) => {
  const { internals, realm } = host;
  const watchdog = startWatchdog(host);
  const entry = host.compile('guarded()', `${host.kernelDir}/guarded`);
  const discardTicks = captureTickQueue(host);
  let active = false;
  /** @type {() => void} */
  let task = () => undefined;
  let completed = false;
  let threw = false;
  /** @type {unknown} */
  let thrown;
  realm.guarded = () => {
    try {
      task();
      threw = false;
    } catch (error) {
      threw = true;
      thrown = error;
    }
    completed = true;
  };

  /** @type {Guard['run']} */
  const runOnce = (nextTask, timeoutMs) => {
    active = true;
    task = nextTask;
    completed = false;
    try {
      host.runGuarded(entry, timeoutMs);
    } catch {
      // Ended: V8 has dropped the microtasks, and what Node tracked of the calls under way is void.
    }
    active = false;
    if (!completed) {
      discardTicks();
      entries?.restoreQueues();
      host.clearAsyncIdStack();
      hooks.onEnded();
      return false;
    }
    if (threw) {
      const error = thrown;
      thrown = undefined;
      throw error;
    }
    return true;
  };
  /** @type {Guard['run']} */
  const run = (nextTask, timeoutMs) => {
    if (active) {
      nextTask();
      return true;
    }
    try {
      return runOnce(nextTask, timeoutMs);
    } finally {
      entries?.keep();
      hooks.afterRun();
    }
  };

  /** @type {Set<unknown>} */
  const exempted = new Set();
  const entries = internals ? guardEntries(host, run, exempted) : undefined;

  return {
    run,
    drain: () => {
      for (;;) {
        try {
          return host.tick();
        } catch (error) {
          hooks.onError(error);
        }
      }
    },
    isActive: () => active,
    endHere: () => {
      host.kill(host.pid, host.signals.SIGINT);
      for (;;);
    },
    awaitSignal: () => {
      const giveUpAt = host.now() + longestOwnSignalMs;
      while (active && host.now() < giveUpAt) host.sleep(1);
    },
    forgetSignals: watchdog.settle,
    exempt: (callback) => void exempted.add(callback),
  };
};

/**
 * Puts the guard before every way from the event loop into JavaScript.
 * @param {import('./host.cjs').Host} host
 * @param {Guard['run']} run
 * @param {Set<unknown>} exempted
 * @returns {{ keep: () => void, restoreQueues: () => void }} to be called after each run; after one that was ended
 */
const guardEntries = (host, run, exempted) => {
  const internals = /** @type {import('./node-internals.cjs').Internals} */ (host.internals);
  const { taskQueue, timers, asyncWrap, asyncHooks } = internals;
  const { tickInfo } = taskQueue;

  // Ticks and microtasks. Node runs microtasks itself, unguarded, unless a tick is waiting: so one
  // always seems to be.
  const hasTickScheduled = 0;
  tickInfo[hasTickScheduled] = 1;
  taskQueue.setTickCallback(() => void run(host.tick));

  const queues = createEventQueues(host, run);
  // Called like any other callback; it has its own guard.
  exempted.add(queues.runImmediates);
  timers.setupTimers(queues.runImmediates, queues.runTimers);

  // Callbacks of everything else. Does what Node's own trampoline does, and sits in its place, also
  // after AsyncLocalStorage has put Node's own there.
  const { async_hook_fields: fields, constants, execution_async_resources: resources } = asyncWrap;
  const { before, after } = asyncHooks.nativeHooks;
  const setTrampoline = asyncWrap.setCallbackTrampoline;
  /** @this {unknown} @param {number} asyncId @param {object} resource @param {Function} callback @param {unknown[]} args */
  function trampoline(asyncId, resource, callback, ...args) {
    if (exempted.has(callback)) return Reflect.apply(callback, this, args);
    /** @type {unknown} */
    let result;
    const completed = run(() => {
      resources[fields[constants.kStackLength] - 1] = resource;
      if (asyncId !== 0 && fields[constants.kBefore] > 0) before(asyncId);
      result = Reflect.apply(callback, this, args);
      if (asyncId !== 0 && fields[constants.kAfter] > 0) after(asyncId);
    });
    if (completed) resources.pop();
    else resources.length = 0;
    return result;
  }
  setTrampoline(trampoline);
  fields[constants.kUsesExecutionAsyncResource] = 1;
  guardParsers(internals, run);
  let hooksSeen = fields[constants.kCheck];
  /** Takes back what Node changed. */
  const keep = () => {
    tickInfo[hasTickScheduled] = 1;
    if (fields[constants.kCheck] === hooksSeen) return;
    hooksSeen = fields[constants.kCheck];
    setTrampoline(trampoline);
  };
  return { keep, restoreQueues: queues.restore };
};

/**
 * A tick that schedules itself again and again would go on after it was ended: what is left in the
 * queue has to go with it. Node does not show the queue, but it can be seen at work.
 * @param {import('./host.cjs').Host} host
 * @returns {() => void}
 */
const captureTickQueue = (host) => {
  const QueueClass = host.internals?.tickQueueClass;
  if (typeof QueueClass?.prototype?.shift !== 'function') return () => undefined;
  const { shift } = QueueClass.prototype;
  /** @type {unknown} */
  let queue;
  QueueClass.prototype.shift = /** @this {unknown} */ function () {
    queue = this;
    return Reflect.apply(shift, this, []);
  };
  try {
    host.process.nextTick(() => undefined);
    host.tick();
  } finally {
    QueueClass.prototype.shift = shift;
  }
  return () => {
    if (queue === undefined) return;
    while (Reflect.apply(shift, queue, []) !== null);
  };
};

module.exports = { createGuard };
