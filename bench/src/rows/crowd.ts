/** Many sessions at once. Each figure comes from a process of its own, where nothing ran before. */
import type { Group, Subject } from '../subject.ts';
import { crowdSubject } from '../subjects/crowd.ts';
import { holdfastName } from '../subjects/session.ts';
import type { Row } from './row.ts';

export const crowds: Row = ({ sizes }) => {
  const { crowd, smallCrowd, crowdCommands, weighed, idleMs, crowdRounds } = sizes;
  const floorName = 'empty threads and bare bash';
  const group = (id: string, title: string, part: Pick<Group, 'unit' | 'subjects' | 'goals'>): Group => ({
    id: `crowd/${id}`,
    title,
    rounds: crowdRounds,
    warmUpRounds: 0,
    missing: [],
    ...part,
  });
  const pair = (work: 'open' | 'memory', count: number): Subject[] => [
    crowdSubject(floorName, 'floor', { work, who: 'floor', count }),
    crowdSubject(holdfastName, 'holdfast', { work, who: 'holdfast', count }),
  ];
  const rate = (count: number): Subject =>
    crowdSubject(`Holdfast, ${count} sessions`, 'reference', {
      work: 'rate',
      who: 'holdfast',
      count,
      extra: crowdCommands,
    });
  const goal = { subject: holdfastName, at: 'p50' } as const;
  return [
    group('rate', `Sessions with ${crowdCommands} commands each, all at once`, {
      unit: 'commands/s',
      subjects: [rate(smallCrowd), rate(crowd)],
      goals: [
        {
          what: `${crowd} sessions to ${smallCrowd}, aggregate rate`,
          subject: `Holdfast, ${crowd} sessions`,
          to: `Holdfast, ${smallCrowd} sessions`,
          at: 'p50',
          relation: '≥',
          limit: 0.7,
        },
      ],
    }),
    group('open', `Opening ${crowd} bash sessions to their first results`, {
      unit: 'ms',
      subjects: pair('open', crowd),
      goals: [
        {
          ...goal,
          what: `opening ${crowd} sessions, to threads and bare bash`,
          to: floorName,
          relation: '≤',
          limit: 1.3,
        },
      ],
    }),
    group('memory', `Memory of an idle bash session (PSS, one of ${weighed})`, {
      unit: 'MiB',
      subjects: pair('memory', weighed),
      goals: [
        {
          ...goal,
          what: 'memory per idle bash session, to a thread and bare bash',
          to: floorName,
          relation: '≤',
          limit: 1.3,
        },
      ],
    }),
    group('idle', `CPU of ${crowd} idle bash sessions, over ${idleMs / 1_000} s`, {
      unit: '% of a core',
      subjects: [
        crowdSubject(holdfastName, 'holdfast', {
          work: 'idle',
          who: 'holdfast',
          count: crowd,
          extra: idleMs,
        }),
      ],
      goals: [{ ...goal, what: `CPU of ${crowd} idle sessions`, relation: '<', limit: 1 }],
    }),
  ];
};
