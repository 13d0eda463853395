/** Many commands handed to one session at once. */
import { createSessionManager } from 'holdfast';
import { timeEach } from '../measure.ts';
import type { Group, Subject, Unit } from '../subject.ts';
import { runChecked } from '../subjects/session.ts';
import type { Row } from './row.ts';

export const pipeline: Row = ({ sizes }) => {
  const { queueLengths, slowRounds, slowWarmUps, warmUpTrips } = sizes;
  const [shortest = 1] = queueLengths;
  const longest = queueLengths.at(-1) ?? shortest;
  const group = (id: string, title: string, unit: Unit, toFigure: Figure): Group => ({
    id: `pipeline/${id}`,
    title,
    unit,
    rounds: Math.min(slowRounds, 3),
    warmUpRounds: slowWarmUps,
    subjects: queueLengths.map((length) => queued(length, warmUpTrips, toFigure)),
    goals: [],
    missing: [],
  });
  return [
    {
      ...group(
        'cpu',
        'Pipelined bash `true`, for each core of host CPU',
        'commands/s',
        ({ count, cpuSeconds }) => count / cpuSeconds,
      ),
      goals: [
        {
          what: 'pipelined commands, for each core of host CPU',
          subject: nameOf(longest),
          at: 'p50',
          relation: '≥',
          limit: 8_000,
        },
        {
          what: 'the same, longest queue to shortest',
          subject: nameOf(longest),
          to: nameOf(shortest),
          at: 'p50',
          relation: '≥',
          limit: 0.9,
        },
      ],
    },
    group(
      'wall',
      'Pipelined bash `true`, by the clock',
      'commands/s',
      ({ count, seconds }) => count / seconds,
    ),
  ];
};

interface Burst {
  count: number;
  seconds: number;
  cpuSeconds: number;
}
type Figure = (burst: Burst) => number;

const nameOf = (length: number): string => `Holdfast, ${length} in the queue`;

/** @param warmUp - commands before the first round: each session thread compiles for itself */
const queued = (length: number, warmUp: number, toFigure: Figure): Subject => {
  const manager = createSessionManager();
  return {
    name: nameOf(length),
    role: 'reference',
    commandsPerSample: length,
    open: async () =>
      void (await timeEach(warmUp, () => runChecked(manager.getOrCreateSession('queue'), 'true'))),
    async round() {
      const session = manager.getOrCreateSession('queue');
      const startedAt = performance.now();
      const cpu = process.cpuUsage();
      await Promise.all(Array.from({ length }, () => runChecked(session, 'true')));
      const { user, system } = process.cpuUsage(cpu);
      const seconds = (performance.now() - startedAt) / 1_000;
      return [toFigure({ count: length, seconds, cpuSeconds: (user + system) / 1e6 })];
    },
    close: async () => manager[Symbol.asyncDispose](),
  };
};
