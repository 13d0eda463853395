/** Results as a table for people and as JSON for programs. */
import { figure, ratio } from './format.ts';
import type { GroupResult, Report, SubjectResult } from './results.ts';
import type { Unit } from './subject.ts';

export const toJson = (report: Report): string => `${JSON.stringify(report, undefined, 2)}\n`;

export const columns = ['p50', 'p99', '× floor', 'p99 × floor', '× Holdfast', 'CPU/command', 'samples'];

export const toTable = ({ machine, groups }: Report): string => {
  const lines = [...machine, ''];
  for (const { title, unit, subjects, missing } of groups) {
    lines.push(alignRow([`${title}, ${unit}`, ...columns]));
    for (const subject of subjects) lines.push(alignRow([`  ${subject.name}`, ...cellsOf(subject, unit)]));
    for (const remark of remarksOf(subjects)) lines.push(`  ${remark}`);
    for (const peer of missing) lines.push(`  not found: ${peer}`);
    lines.push('');
  }
  const verdicts = verdictsOf(groups);
  if (verdicts.length > 0) lines.push(alignRow(['Goals', 'goal', 'figure', 'verdict']));
  for (const { what, goal, value, verdict } of verdicts)
    lines.push(alignRow([`  ${what}`, goal, value, verdict]));
  return `${lines.join('\n')}\n`;
};

export const cellsOf = (result: SubjectResult, unit: Unit): string[] => {
  const { p50, p99, toFloor, toHoldfast, cpuMicros, samples } = result;
  // A p99 of a handful is their maximum, or for rates their best: it says nothing.
  const hasTail = samples >= 50;
  return [
    figure(p50, unit),
    hasTail ? figure(p99, unit) : '',
    toFloor ? ratio(toFloor.p50) : '',
    toFloor && hasTail ? ratio(toFloor.p99) : '',
    toHoldfast ? ratio(toHoldfast) : '',
    cpuMicros === undefined ? '' : `${Math.round(cpuMicros).toLocaleString('en')} µs`,
    String(samples),
  ];
};

/** Each with the name of whom it is about. */
export const remarksOf = (subjects: readonly SubjectResult[]): string[] =>
  subjects.flatMap(({ name, remark }) => (remark === undefined ? [] : [`${name}: ${remark}.`]));

export interface VerdictCells {
  what: string;
  goal: string;
  value: string;
  verdict: string;
}

export const verdictsOf = (groups: readonly GroupResult[]): VerdictCells[] =>
  groups.flatMap(({ verdicts, unit }) =>
    verdicts.map(({ what, goal, value, isRatio, met }) => ({
      what,
      goal: isRatio ? goal : `${goal} ${unit}`,
      value: isRatio ? ratio(value) : `${figure(value, unit)} ${unit}`,
      verdict: met ? 'met' : 'not met',
    })),
  );

const alignRow = ([first = '', ...cells]: string[]): string =>
  [first.padEnd(66), ...cells.map((cell) => ` ${cell.padStart(12)}`)].join('').trimEnd();
