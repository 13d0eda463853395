/** What this process holds, and what of its sessions is left in the system. */
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

export interface Footprint {
  descriptors: number;
  rssMb: number;
  /** Folders of sessions under the temporary folder. */
  folders: number;
}

export const takeFootprint = (): Footprint => ({
  descriptors: readdirSync('/proc/self/fd').length,
  rssMb: Math.round(process.memoryUsage.rss() / 1e6),
  folders: readdirSync(tmpdir()).filter((name) => name.startsWith('holdfast-')).length,
});

/** Processes that carry the mark of a session of this host. */
export const findOrphans = (hostMark: string): string[] =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`HOLDFAST_SESSION=${hostMark}`);
    } catch {
      return false;
    }
  });
