/** Many sessions at once. Figures come from processes of their own, where nothing ran before. */
import type { Group, Subject } from '../subject.ts';
import { holdfastName } from '../subjects/session.ts';
import type { Row } from './row.ts';

const floorName = 'empty threads and bare bash';

export const manySessions: Row = ({ sizes, crowds }) => {
  const { crowd, smallCrowd, crowdCommands, idleRestMs, idleMs, crowdRounds } = sizes;
  const rested = `${idleRestMs / 1_000} s after opening`;
  const group = (id: string, title: string, part: Pick<Group, 'unit' | 'subjects' | 'goals'>): Group => ({
    id: `crowd/${id}`,
    title,
    rounds: crowdRounds,
    warmUpRounds: 0,
    missing: [],
    ...part,
  });
  const pair = (figure: 'openMs' | 'memoryMiB' | 'openedMiB' | 'spawnMs'): Subject[] => [
    crowds.subject(floorName, 'floor', crowd, figure),
    crowds.subject(holdfastName, 'holdfast', crowd, figure),
  ];
  const rateName = (count: number): string => `Holdfast, ${count} sessions`;
  const rate = (count: number): Subject =>
    crowds.subject(rateName(count), 'reference', count, 'commandsPerSecond');
  const toFloor = { subject: holdfastName, to: floorName, at: 'p50', relation: '≤', limit: 1.3 } as const;
  return [
    group('open', `Opening ${crowd} bash sessions to their first results`, {
      unit: 'ms',
      subjects: pair('openMs'),
      goals: [{ ...toFloor, what: `opening ${crowd} sessions, to threads and bare bash` }],
    }),
    group('opened', `Memory of a bash session that was just opened, one of ${crowd}, PSS`, {
      unit: 'MiB',
      subjects: pair('openedMiB'),
      goals: [],
    }),
    group('memory', `Memory of an idle bash session, one of ${crowd}, PSS, ${rested}`, {
      unit: 'MiB',
      subjects: pair('memoryMiB'),
      goals: [{ ...toFloor, what: 'memory per idle bash session, to a thread and bare bash' }],
    }),
    group('spawn', `Starting one process beside ${crowd} sessions, time of the call`, {
      unit: 'ms',
      subjects: pair('spawnMs'),
      goals: [],
    }),
    group('idle', `CPU of ${crowd} idle bash sessions, over ${idleMs / 1_000} s, ${rested}`, {
      unit: '% of a core',
      subjects: [crowds.subject(holdfastName, 'holdfast', crowd, 'idlePercentOfCore')],
      goals: [
        { what: `CPU of ${crowd} idle sessions`, subject: holdfastName, at: 'p50', relation: '<', limit: 1 },
      ],
    }),
    group('rate', `Sessions with ${crowdCommands} commands each, all at once`, {
      unit: 'commands/s',
      subjects: [rate(smallCrowd), rate(crowd)],
      goals: [
        {
          what: `${crowd} sessions to ${smallCrowd}, aggregate rate`,
          subject: rateName(crowd),
          to: rateName(smallCrowd),
          at: 'p50',
          relation: '≥',
          limit: 0.7,
        },
      ],
    }),
  ];
};
