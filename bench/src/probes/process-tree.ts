/** Memory and CPU of this process and all that descends from it, from `/proc`. */
import { readdirSync, readFileSync } from 'node:fs';

/** MiB, each shared page divided among those who share it (PSS). */
export const memoryOfTree = (): number =>
  sum(
    treeOf(process.pid).map((pid) => Number(/^Pss:\s+(\d+) kB/m.exec(read(pid, 'smaps_rollup'))?.[1] ?? 0)),
  ) / 1_024;

/** CPU seconds that the living threads of these processes have had, to the nanosecond: ticks are too coarse for idleness. */
export const cpuSecondsOfTree = (): number => sum(treeOf(process.pid).flatMap(threadsOf)) / 1e9;

const threadsOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) =>
      Number(read(pid, `task/${thread}/schedstat`).split(' ')[0]),
    );
  } catch {
    return [];
  }
};

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
