/** Holds results to goals. A goal that is not met is told, and is no error. */
import type { SubjectResult, Verdict } from './results.ts';
import { ratioOfRounds } from './statistics.ts';
import type { Goal } from './subject.ts';

/** Goals whose subjects were not measured (a peer that is not on this machine) have no verdict. */
export const judge = (goals: readonly Goal[], results: readonly SubjectResult[]): Verdict[] =>
  goals.flatMap((goal) => {
    const subject = results.find(({ name }) => name === goal.subject);
    const other = results.find(({ name }) => name === goal.to);
    if (!subject || (goal.to !== undefined && !other)) return [];
    const value = other ? compareTo(goal, subject, other) : subject[goal.at];
    const isRatio = other !== undefined;
    return [
      {
        what: goal.what,
        goal: `${goal.relation} ${goal.limit}${isRatio ? ' ×' : ''}`,
        value,
        isRatio,
        met: holds(value, goal),
      },
    ];
  });

const compareTo = (goal: Goal, subject: SubjectResult, other: SubjectResult): number => {
  const [above, below] = goal.inverse ? [other, subject] : [subject, other];
  return goal.at === 'p50'
    ? ratioOfRounds(above.roundMedians, below.roundMedians)
    : above[goal.at] / below[goal.at];
};

const holds = (value: number, { relation, limit }: Goal): boolean => {
  if (relation === '≤') return value <= limit;
  return relation === '<' ? value < limit : value >= limit;
};
