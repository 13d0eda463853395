/**
 * What Node's HTTP parser calls while it reads a request by itself, a server's request listener among it: it does not
 * take the way that all other callbacks do.
 */
'use strict';

/**
 * @param {import('./node-internals.cjs').Internals} internals
 * @param {import('./guard.cjs').Guard['run']} run
 */
const guardParsers = ({ httpParser }, run) => {
  const { initialize } = httpParser?.prototype ?? {};
  if (typeof initialize !== 'function') return;
  const places = [httpParser.kOnHeaders, httpParser.kOnHeadersComplete, httpParser.kOnMessageComplete];
  /** By what they guard, and by themselves: parsers are used again. @type {WeakMap<Function, Function>} */
  const guarded = new WeakMap();
  const guardOf = (/** @type {Function} */ callback) => {
    const known = guarded.get(callback);
    if (known) return known;
    /** @this {unknown} @param {unknown[]} args */
    const guardedCallback = function (...args) {
      /** @type {unknown} */
      let result;
      run(() => {
        result = Reflect.apply(callback, this, args);
      });
      return result;
    };
    guarded.set(callback, guardedCallback);
    guarded.set(guardedCallback, guardedCallback);
    return guardedCallback;
  };
  httpParser.prototype.initialize = /** @this {any} @param {unknown[]} args */ function (...args) {
    for (const place of places) {
      if (typeof this[place] === 'function') this[place] = guardOf(this[place]);
    }
    return Reflect.apply(initialize, this, args);
  };
};

module.exports = { guardParsers };
