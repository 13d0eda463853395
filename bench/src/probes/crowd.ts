/** Opens many sessions, or as many empty threads with a bare bash each, and prints figures of them. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createSessionManager, type RuntimeSession } from 'holdfast';
import { timeEach, timeOnce } from '../measure.ts';
import { median } from '../statistics.ts';
import { type BareStart, startBare } from '../subjects/bare-start.ts';
import { runChecked } from '../subjects/session.ts';
import { cpuSecondsOfTree, memoryOfTree } from './process-tree.ts';

export interface CrowdRequest {
  who: 'floor' | 'holdfast';
  count: number;
  /** For each of them, where the rate is measured. */
  commands: number;
  /** How long they are left alone before they are watched. */
  restMs: number;
  /** How long they are watched while nothing happens. */
  idleMs: number;
}

export interface CrowdFigures {
  /** Until all have given their first result. */
  openMs: number;
  /** For each, in this process and its children, PSS, once they are idle. */
  memoryMiB: number;
  /** The same, right after they were opened. */
  openedMiB: number;
  idlePercentOfCore: number;
  /** Of starting a process, during which this one's main thread stands still, p50. */
  spawnMs: number;
  /** Of a command in one of them while the others are idle, p50. */
  latencyMs: number;
  /** All of them at once. */
  commandsPerSecond: number;
}

/** Something that was opened: a session, or a floor. */
type Run = () => Promise<void>;

const main = async ({ who, count, commands, restMs, idleMs }: CrowdRequest): Promise<CrowdFigures> => {
  const { open, close } = who === 'floor' ? openFloors() : openSessions(count + 1);
  // What a process does once (loading modules, the first thread) is not a session's cost.
  await open();
  try {
    const before = settledMemory();
    const startedAt = performance.now();
    const members = await Promise.all(Array.from({ length: count }, open));
    const openMs = performance.now() - startedAt;
    const openedMiB = (settledMemory() - before) / count;
    const spawnMs = median(await timeEach(startedProcesses, startProcess));
    // V8 makes the heap of each thread smaller when nothing happens there, a few threads every eight seconds.
    await new Promise((resolve) => setTimeout(resolve, restMs));
    const idlePercentOfCore = await idleCpu(idleMs);
    const memoryMiB = (settledMemory() - before) / count;
    const [first] = members;
    const latencyMs = first ? median(await timeEach(commands * 10, first)) : Number.NaN;
    const commandsPerSecond = await rateOf(members, commands);
    return { openMs, memoryMiB, openedMiB, spawnMs, idlePercentOfCore, latencyMs, commandsPerSecond };
  } finally {
    await close();
  }
};

const openSessions = (maxSessions: number) => {
  const manager = createSessionManager({ maxSessions });
  let opened = 0;
  return {
    async open(): Promise<Run> {
      opened += 1;
      const session: RuntimeSession = manager.getOrCreateSession(`session-${opened}`);
      const run = () => runChecked(session, 'true');
      await run();
      return run;
    },
    close: async () => manager[Symbol.asyncDispose](),
  };
};

const openFloors = () => {
  const floors: BareStart[] = [];
  return {
    async open(): Promise<Run> {
      const floor = await startBare('bash');
      floors.push(floor);
      return floor.loop.run;
    },
    close: async () => void (await Promise.all(floors.map((one) => one.close()))),
  };
};

const settledMemory = (): number => {
  globalThis.gc?.();
  return memoryOfTree();
};

const startedProcesses = 11;

/** Node copies its page tables for each child (fork), and then every page that it writes to. */
const startProcess = async (): Promise<void> => void spawn('true', { stdio: 'ignore' });

/** Commands of each session before the clock starts: what runs only once has run. */
const warmUpCommands = 10;

const rateOf = async (members: Run[], commands: number): Promise<number> => {
  const runAll = (count: number): Promise<unknown> => Promise.all(members.map((run) => timeEach(count, run)));
  await runAll(Math.min(commands, warmUpCommands));
  const ms = await timeOnce(() => runAll(commands));
  return (members.length * commands) / (ms / 1_000);
};

const idleCpu = async (ms: number): Promise<number> => {
  const before = cpuSecondsOfTree();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ((cpuSecondsOfTree() - before) / (ms / 1_000)) * 100;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures = await main(JSON.parse(process.argv[2] ?? '') as CrowdRequest);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
