/**
 * Where the time of one command goes, seen from outside: each subject does a part of the journey, or
 * the journey up to a point, and the differences are the hops. No measuring code is in the product.
 */
import type { Worker } from 'node:worker_threads';
import { createSessionManager, type Language, type RuntimeSession } from 'holdfast';
import { insideThreadName, threadHopName } from '../breakdown.ts';
import { timeEach } from '../measure.ts';
import type { Group, Subject } from '../subject.ts';
import { bareLoop, type Trips } from '../subjects/bare-loop.ts';
import { startEmptyThread } from '../subjects/bare-start.ts';
import { capturingLoop } from '../subjects/capturing-loop.ts';
import { drivenKernel } from '../subjects/driven-kernel.ts';
import { sessionSubject } from '../subjects/session.ts';
import { messageAndBack } from '../subjects/threaded-loop.ts';
import { leastCommands } from './roundtrip.ts';
import type { Row } from './row.ts';

export const hops: Row = ({ sizes }) =>
  leastCommands.map(
    ([language, command]): Group => ({
      id: `hops/${language}`,
      title: `Where the time of ${language} \`${command}\` goes`,
      unit: 'ms',
      rounds: sizes.rounds,
      warmUpRounds: 3,
      subjects: [
        bareLoop(language, sizes),
        capturingLoop(language, sizes),
        drivenKernel(language, command, sizes),
        threadMessages(sizes),
        insideThread(language, command, sizes),
        sessionSubject(language, command, sizes),
      ],
      goals: [],
      missing: [],
    }),
  );

const threadMessages = ({ trips, warmUpTrips }: Trips): Subject => {
  let thread: Worker;
  const run = (): Promise<void> => messageAndBack(thread);
  return {
    name: threadHopName,
    role: 'reference',
    async open() {
      thread = await startEmptyThread();
      await timeEach(warmUpTrips, run);
    },
    round: () => timeEach(trips, run),
    close: async () => void (await thread.terminate()),
  };
};

/** What the result itself says: from when the command began to run to its outcome. */
const insideThread = (language: Language, command: string, { trips, warmUpTrips }: Trips): Subject => {
  const manager = createSessionManager();
  let session: RuntimeSession;
  const round = async (count: number): Promise<number[]> => {
    const times: number[] = [];
    while (times.length < count) times.push((await session.exec(command)).durationMs);
    return times;
  };
  return {
    name: insideThreadName,
    role: 'reference',
    async open() {
      session = manager.getOrCreateSession(language, { language });
      await round(warmUpTrips);
    },
    round: () => round(trips),
    close: async () => manager[Symbol.asyncDispose](),
  };
};
