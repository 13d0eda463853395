/** What this process has open, all of its threads together. */
import { readdirSync, readlinkSync } from 'node:fs';

/** What the descriptor is a link to; empty where there is none of that number. */
export const linkOf = (fd: number): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
};

/** @throws the system's error when there is no descriptor left to look with */
export const openDescriptors = (): { fd: number; link: string }[] =>
  readdirSync('/proc/self/fd').map((name) => ({ fd: Number(name), link: linkOf(Number(name)) }));
