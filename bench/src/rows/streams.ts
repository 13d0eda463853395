/** Much output: streamed to an async iterator, and collected whole. */
import { spawn } from 'node:child_process';
import { execa } from 'execa';
import { createSessionManager } from 'holdfast';
import type { Subject } from '../subject.ts';
import { holdfastName } from '../subjects/session.ts';
import type { Row } from './row.ts';

const floorName = 'Node reads the pipe';
const execaName = 'execa, buffer';

export const streams: Row = ({ sizes }) => {
  const { streamBytes, collectBytes, slowRounds: rounds, slowWarmUps: warmUpRounds } = sizes;
  const goal = { subject: holdfastName, at: 'p50', relation: '≥' } as const;
  const shared = { unit: 'MB/s', rounds, warmUpRounds, missing: [] } as const;
  return [
    {
      ...shared,
      missing: [],
      id: 'stream/iterate',
      title: `${inWords(streamBytes)} from \`head -c\` to an async iterator`,
      subjects: [moving(floorName, 'floor', streamBytes, readPipe), iterated(streamBytes)],
      goals: [{ ...goal, what: 'streaming, to a bare Node pipe read', to: floorName, limit: 0.7 }],
    },
    {
      ...shared,
      missing: [],
      id: 'stream/collect',
      title: `${inWords(collectBytes)} from \`head -c\` as one result`,
      subjects: [moving(execaName, 'floor', collectBytes, readWithExeca), collected(collectBytes)],
      goals: [{ ...goal, what: 'a large collected result, to execa with buffer', to: execaName, limit: 0.5 }],
    },
  ];
};

const inWords = (bytes: number): string =>
  bytes >= 1 << 30 ? `${Math.round(bytes / 2 ** 30)} GiB` : `${Math.round(bytes / 1e6)} MB`;

/** One move of all the bytes is one sample. @param move - gives how many arrived */
const moving = (
  name: string,
  role: Subject['role'],
  bytes: number,
  move: (bytes: number) => Promise<number>,
): Subject => ({
  name,
  role,
  open: async () => undefined,
  async round() {
    const startedAt = performance.now();
    const arrived = await move(bytes);
    const seconds = (performance.now() - startedAt) / 1_000;
    if (arrived !== bytes) throw new Error(`${name}: ${arrived} bytes of ${bytes} arrived`);
    return [bytes / 1e6 / seconds];
  },
  close: async () => undefined,
});

const readPipe = async (bytes: number): Promise<number> => {
  const { stdout } = spawn('head', ['-c', String(bytes), '/dev/zero'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let arrived = 0;
  for await (const chunk of stdout) arrived += (chunk as Buffer).length;
  return arrived;
};

const readWithExeca = async (bytes: number): Promise<number> => {
  const { stdout } = await execa('head', ['-c', String(bytes), '/dev/zero'], {
    encoding: 'buffer',
    maxBuffer: bytes * 2,
  });
  return stdout.length;
};

const iterated = (bytes: number): Subject => {
  const manager = createSessionManager();
  const move = async (): Promise<number> => {
    const session = manager.getOrCreateSession('stream');
    let arrived = 0;
    const execution = session.exec(`head -c ${bytes} /dev/zero`, { encoding: 'bytes', timeoutMs: 0 });
    for await (const { data } of execution) arrived += data.length;
    return arrived;
  };
  return {
    ...moving(holdfastName, 'holdfast', bytes, move),
    close: async () => manager[Symbol.asyncDispose](),
  };
};

const collected = (bytes: number): Subject => {
  const manager = createSessionManager();
  const move = async (): Promise<number> => {
    const session = manager.getOrCreateSession('collect', { maxOutputBytes: bytes * 2 });
    const { stdout } = await session.exec(`head -c ${bytes} /dev/zero`, { encoding: 'bytes', timeoutMs: 0 });
    return stdout.length;
  };
  return {
    ...moving(holdfastName, 'holdfast', bytes, move),
    close: async () => manager[Symbol.asyncDispose](),
  };
};
