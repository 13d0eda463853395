/**
 * What waits for the event loop, after code was ended at any point: Node's own code too, while it
 * moved something in one of its queues. What was moved halfway is put where it belongs.
 */
'use strict';

/**
 * @typedef {object} EventQueues
 * @property {() => void} runImmediates what the event loop calls instead of Node's own
 * @property {(now: number) => number | undefined} runTimers the same
 * @property {() => void} restore after guarded code was ended
 */

/**
 * @param {import('./host.cjs').Host} host
 * @param {import('./guard.cjs').Guard['run']} run
 * @returns {EventQueues}
 */
const createEventQueues = (host, run) => {
  const { timers, timerLists } = /** @type {import('./node-internals.cjs').Internals} */ (host.internals);
  const { immediateQueue, timerListMap, timerListQueue, getTimerCallbacks } = timerLists;
  const { scheduleTimer } = timers;
  let { processImmediate, processTimers } = getTimerCallbacks(host.tick);
  /** The first of each list of immediates that Node has taken, until it is through with it. @type {any[]} */
  let taken = [];

  const restoreImmediates = () => {
    const waiting = new Set();
    for (const first of [...taken, immediateQueue.head]) {
      // A list that was about to be taken is still the queue: each immediate is put there once.
      for (let immediate = first; immediate; immediate = immediate._idleNext) {
        if (waiting.has(immediate)) break;
        if (!immediate._destroyed) waiting.add(immediate);
      }
    }
    taken = [];
    immediateQueue.head = null;
    immediateQueue.tail = null;
    for (const immediate of waiting) {
      immediate._idleNext = null;
      immediate._idlePrev = null;
      immediateQueue.append(immediate);
    }
  };
  const restoreTimers = () => {
    while (timerListQueue.shift() !== undefined);
    for (const duration of Object.keys(timerListMap)) {
      const list = timerListMap[duration];
      const isEmpty = list._idleNext === list;
      if (isEmpty) delete timerListMap[duration];
      else timerListQueue.insert(list);
    }
    if (timerListQueue.peek() !== undefined) Reflect.apply(scheduleTimer, timers, [1]);
  };

  return {
    runImmediates: () => {
      const { head } = immediateQueue;
      if (head) taken.push(head);
      // One that throws leaves the rest of its list for the next call.
      if (run(processImmediate)) taken = [];
    },
    // What was ended is gone; the other timers that are due have their turn.
    runTimers: (now) => {
      /** @type {number | undefined} */
      let next;
      while (next === undefined) {
        run(() => {
          next = processTimers(now);
        });
      }
      return next;
    },
    restore: () => {
      restoreImmediates();
      restoreTimers();
      // The old ones would stumble over the immediate that was ended, for ever: new ones do not know of it.
      ({ processImmediate, processTimers } = getTimerCallbacks(host.tick));
    },
  };
};

module.exports = { createEventQueues };
