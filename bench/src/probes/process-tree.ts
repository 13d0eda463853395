/** Memory and CPU of this process and all that descends from it, from `/proc`. */
import { readdirSync, readFileSync } from 'node:fs';

/** MiB, each shared page divided among those who share it (PSS). */
export const memoryOfTree = (): number =>
  sum(
    treeOf(process.pid).map((pid) => Number(/^Pss:\s+(\d+) kB/m.exec(read(pid, 'smaps_rollup'))?.[1] ?? 0)),
  ) / 1_024;

/** Seconds, user and system, with what ended children have used. */
export const cpuSecondsOfTree = (): number =>
  sum(
    treeOf(process.pid).map((pid) => {
      // utime, stime, cutime, cstime: fields 14 to 17, counted after the name, which may have spaces.
      const ticks = statOf(pid).slice(11, 15).map(Number);
      return sum(ticks) / ticksPerSecond;
    }),
  );

/** What Linux counts in on every architecture that Node runs on. */
const ticksPerSecond = 100;

const treeOf = (root: number): number[] => {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = Number(statOf(pid)[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
};

/** Fields from the third on: state, parent, … */
const statOf = (pid: number): string[] => {
  const stat = read(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

/** Empty for a process that has just ended. */
const read = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
