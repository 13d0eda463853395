/** What this process holds, and what of its sessions is in the system. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Footprint {
  descriptors: number;
  rssMb: number;
  /** Files and folders under the temporary folder, which is this run's own. */
  tmpEntries: number;
  /** Kernels and jobs. */
  processes: number;
}

export const takeFootprint = (tmp: string, hostMark: string): Footprint => {
  globalThis.gc?.();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    rssMb: Math.round(process.memoryUsage.rss() / 1e6),
    tmpEntries: countEntries(tmp),
    processes: findMarked(hostMark).length,
  };
};

/** Processes that carry the mark of a session of this host. */
export const findMarked = (hostMark: string): string[] =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`HOLDFAST_SESSION=${hostMark}`);
    } catch {
      return false;
    }
  });

/** Sessions make and remove folders while it counts. */
const countEntries = (folder: string): number => {
  let count = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      count += 1 + (entry.isDirectory() ? countEntries(`${folder}/${entry.name}`) : 0);
    }
  } catch {
    // Gone meanwhile.
  }
  return count;
};
