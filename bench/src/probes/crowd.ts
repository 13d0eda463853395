/** Opens many sessions, or as many empty threads with a bare bash each, and prints one figure of them. */
import { fileURLToPath } from 'node:url';
import { createSessionManager, type RuntimeSession } from 'holdfast';
import { timeEach, timeOnce } from '../measure.ts';
import { median } from '../statistics.ts';
import { startBare } from '../subjects/bare-start.ts';
import { runChecked } from '../subjects/session.ts';
import { cpuSecondsOfTree, memoryOfTree } from './process-tree.ts';

export interface CrowdRequest {
  /**
   * - `open`: ms until all have given their first result
   * - `rate`: commands a second, `extra` for each session
   * - `memory`: MiB for each, in this process and its children
   * - `idle`: % of a core, over `extra` ms
   * - `latency`: ms of a command in one of them while the others are idle, median of `extra`
   */
  work: 'open' | 'rate' | 'memory' | 'idle' | 'latency';
  who: 'floor' | 'holdfast';
  count: number;
  extra?: number;
}

/** Something that was opened: a session, or a floor. */
interface Member {
  run(): Promise<void>;
  close(): Promise<void>;
}

const main = async ({ work, who, count, extra = 1 }: CrowdRequest): Promise<number> => {
  const { open, close } = who === 'floor' ? openFloors() : openSessions(count + 1);
  // What a process does once (loading modules, the first thread) is not a session's cost.
  await open();
  const openAll = (): Promise<Member[]> => Promise.all(Array.from({ length: count }, open));
  try {
    if (work === 'open') return await timeOnce(openAll);
    const before = work === 'memory' ? settledMemory() : 0;
    const members = await openAll();
    switch (work) {
      case 'memory':
        return (settledMemory() - before) / count;
      case 'rate':
        return await rateOf(members, extra);
      case 'idle':
        return await idleCpu(extra);
      case 'latency':
        return median(await timeEach(extra, () => members[0]?.run() ?? Promise.resolve()));
    }
  } finally {
    await close();
  }
};

const openSessions = (maxSessions: number) => {
  const manager = createSessionManager({ maxSessions });
  let opened = 0;
  return {
    async open(): Promise<Member> {
      opened += 1;
      const session: RuntimeSession = manager.getOrCreateSession(`session-${opened}`);
      await runChecked(session, 'true');
      return { run: () => runChecked(session, 'true'), close: () => session.terminate() };
    },
    close: async () => manager[Symbol.asyncDispose](),
  };
};

const openFloors = () => {
  const floors: Member[] = [];
  return {
    async open(): Promise<Member> {
      const { loop, close } = await startBare('bash');
      const member = { run: loop.run, close };
      floors.push(member);
      return member;
    },
    close: async () => void (await Promise.all(floors.map((one) => one.close()))),
  };
};

const settledMemory = (): number => {
  globalThis.gc?.();
  return memoryOfTree();
};

/** Each session has run as many before: threads and kernels have compiled what they run. */
const rateOf = async (members: Member[], commands: number): Promise<number> => {
  const runAll = (): Promise<unknown> => Promise.all(members.map(({ run }) => timeEach(commands, run)));
  await runAll();
  const ms = await timeOnce(runAll);
  return (members.length * commands) / (ms / 1_000);
};

const idleCpu = async (ms: number): Promise<number> => {
  // What follows an opening (pipes made ahead, garbage collected) is over before the watch begins.
  await new Promise((resolve) => setTimeout(resolve, Math.min(2_000, ms)));
  const before = cpuSecondsOfTree();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ((cpuSecondsOfTree() - before) / (ms / 1_000)) * 100;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figure = await main(JSON.parse(process.argv[2] ?? '') as CrowdRequest);
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}
