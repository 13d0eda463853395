/** Loaded into every thread of a host app before all else: its wall clock jumps hours back and forth, all the time. */
const trueNow = Date.now;
let calls = 0;
Date.now = () => trueNow() + ((calls++ % 3) - 1) * 6 * 3_600_000;
const TrueDate = Date;
globalThis.Date = class extends TrueDate {
  /** @param {[]} values */
  constructor(...values) {
    super(...(values.length === 0 ? /** @type {[]} */ ([TrueDate.now()]) : values));
  }
};
