/**
 * Node's thread that takes SIGINT: the signal's handler wakes it, and it ends the guarded code that runs then. It may
 * get its turn late, when other code runs; so before that begins, it is asked whether anything is left to do for it.
 */
'use strict';

/** Longer than any machine lets a thread wait: if it never sleeps, something else is wrong. */
const longestWaitMs = 20_000;

/**
 * @typedef {object} Watchdog
 * @property {() => void} settle returns when every signal that this process was sent has had its effect
 */

/**
 * Starts the thread, for good: a new one for each guarded run would cost 50 µs.
 * @param {import('./host.cjs').Host} host
 * @returns {Watchdog}
 */
const startWatchdog = (host) => {
  const before = new Set(listThreads(host));
  host.startSigintWatchdog();
  const threads = listThreads(host).filter((thread) => !before.has(thread));
  return {
    settle: () => {
      const giveUpAt = host.now() + longestWaitMs;
      while (threads.some((thread) => isAwake(host, thread)) && host.now() < giveUpAt) host.sleep(1);
    },
  };
};

/** @param {import('./host.cjs').Host} host */
const listThreads = (host) => {
  try {
    return host.list('/proc/self/task');
  } catch {
    return [];
  }
};

/**
 * It sleeps until a handler wakes it. That has run already, as a rule in this thread, when a message sent after the
 * signal is read; where it has not, the signal is still among those that wait for the process.
 * @param {import('./host.cjs').Host} host
 * @param {string} thread
 */
const isAwake = (host, thread) => {
  try {
    const status = host.readText(`/proc/self/task/${thread}/status`);
    return !/^State:\tS/m.test(status) || /^ShdPnd:\t[0-9a-f]*[2367abef]$/m.test(status);
  } catch {
    return false;
  }
};

module.exports = { startWatchdog };
