/** For host apps in plain JavaScript: processes whose environment carries the text, this one left out. */
import { readdirSync, readFileSync } from 'node:fs';

/** @param {string} text */
export const carriers = (text) =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').includes(text);
    } catch {
      return false;
    }
  });

/**
 * Those that belong to the process session which this process leads, or led.
 *
 * @param {string[]} pids
 * @param {number} leader
 */
export const inProcessSession = (pids, leader) =>
  pids.filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // Field 6; a command's name, field 2, may have blanks and brackets in it.
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]) === leader;
    } catch {
      return false;
    }
  });
