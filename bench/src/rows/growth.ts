/** How the cost of a command grows: with sessions beside it, with its output, with its kernel's heap. */
import { createSessionManager, type RuntimeSession, type SessionConfig } from 'holdfast';
import { timeEach } from '../measure.ts';
import type { Group, Subject } from '../subject.ts';
import { runChecked } from '../subjects/session.ts';
import type { Row } from './row.ts';

export const growth: Row = ({ sizes, crowds }) => {
  const { growthSessions, growthBytes, growthHeapsMb, trips, slowTrips, slowRounds, crowdRounds, rounds } =
    sizes;
  const group = (
    id: string,
    title: string,
    part: Pick<Group, 'rounds' | 'warmUpRounds' | 'subjects'>,
  ): Group => ({
    id: `growth/${id}`,
    title,
    unit: 'ms',
    goals: [],
    missing: [],
    ...part,
  });
  const latency = (count: number): Subject =>
    crowds.subject(`${count} ${count === 1 ? 'session' : 'sessions'} open`, 'reference', count, 'latencyMs');
  return [
    group('sessions', 'Round trip of bash `true` beside idle sessions', {
      rounds: crowdRounds,
      warmUpRounds: 0,
      subjects: growthSessions.map(latency),
    }),
    group('output', 'bash `head -c`, output collected', {
      rounds: slowRounds,
      warmUpRounds: 1,
      subjects: growthBytes.map((bytes) =>
        repeating(`${bytes.toLocaleString('en')} bytes`, {
          config: { maxOutputBytes: 1 << 28, timeoutMs: 0 },
          command: `head -c ${bytes} /dev/zero`,
          count: slowTrips,
        }),
      ),
    }),
    group('heap', 'Round trip of python `pass` beside live data', {
      rounds,
      warmUpRounds: 3,
      subjects: growthHeapsMb.map((mb) =>
        repeating(`heap of ${mb} MB`, {
          config: { language: 'python' },
          first: `data = [bytes(1000) for _ in range(${mb * 1_000})]`,
          command: 'pass',
          count: trips,
        }),
      ),
    }),
  ];
};

interface Repeated {
  config: SessionConfig;
  /** Run once. */
  first?: string;
  command: string;
  count: number;
}

const repeating = (name: string, { config, first = '', command, count }: Repeated): Subject => {
  const manager = createSessionManager();
  let session: RuntimeSession;
  return {
    name,
    role: 'reference',
    async open() {
      session = manager.getOrCreateSession('only', config);
      await runChecked(session, first);
    },
    round: () => timeEach(count, () => runChecked(session, command)),
    close: async () => manager[Symbol.asyncDispose](),
  };
};
