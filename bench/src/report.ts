/** Results as a table for people and as JSON for programs. */
import type { GroupResult, Report, SubjectResult, Verdict } from './results.ts';
import type { Unit } from './subject.ts';

export const toJson = (report: Report): string => `${JSON.stringify(report, undefined, 2)}\n`;

export const toTable = ({ machine, groups }: Report): string => {
  const lines = [...machine, ''];
  for (const group of groups) {
    const heads = ['p50', 'p99', '× floor', 'p99 × floor', '× Holdfast', 'CPU/command', 'samples'];
    lines.push(alignRow([`${group.title}, ${group.unit}`, ...heads]));
    for (const subject of group.subjects)
      lines.push(alignRow([`  ${subject.name}`, ...cellsOf(subject, group.unit)]));
    for (const peer of group.missing) lines.push(`  not found: ${peer}`);
    lines.push('');
  }
  const verdicts = verdictsOf(groups);
  if (verdicts.length > 0) lines.push(alignRow(['Goals', 'goal', 'figure', 'verdict']));
  for (const { what, goal, figure, verdict } of verdicts)
    lines.push(alignRow([`  ${what}`, goal, figure, verdict]));
  return `${lines.join('\n')}\n`;
};

export const toMarkdown = ({ groups }: Pick<Report, 'groups'>): string => {
  const lines: string[] = [];
  const row = (cells: string[]): number => lines.push(`| ${cells.join(' | ')} |`);
  row(['what', 'goal', 'figure', 'verdict']);
  row(['---', '--:', '--:', '---']);
  for (const { what, goal, figure, verdict } of verdictsOf(groups)) row([what, goal, figure, verdict]);
  for (const { title, unit, subjects, missing } of groups) {
    lines.push('', `**${title}** (${unit})`, '');
    row(['subject', 'p50', 'p99', '× floor', 'p99 × floor', '× Holdfast', 'host CPU per command', 'samples']);
    row(['---', ...Array<string>(7).fill('--:')]);
    for (const subject of subjects) row([subject.name, ...cellsOf(subject, unit)]);
    for (const peer of missing) lines.push('', `Not found on this machine: ${peer}.`);
  }
  return `${lines.join('\n')}\n`;
};

const cellsOf = (
  { p50, p99, toFloor, toHoldfast, cpuMicros, samples }: SubjectResult,
  unit: Unit,
): string[] => [
  figure(p50, unit),
  samples > 1 ? figure(p99, unit) : '',
  toFloor ? ratio(toFloor.p50) : '',
  toFloor && samples > 1 ? ratio(toFloor.p99) : '',
  toHoldfast ? ratio(toHoldfast) : '',
  cpuMicros === undefined ? '' : `${cpuMicros.toFixed(0)} µs`,
  String(samples),
];

interface VerdictCells {
  what: string;
  goal: string;
  figure: string;
  verdict: string;
}

const verdictsOf = (groups: GroupResult[]): VerdictCells[] =>
  groups.flatMap(({ verdicts, unit }) =>
    verdicts.map(({ what, goal, value, isRatio, met }: Verdict) => ({
      what,
      goal: isRatio ? goal : `${goal} ${unit}`,
      figure: isRatio ? ratio(value) : `${figure(value, unit)} ${unit}`,
      verdict: met ? 'met' : 'not met',
    })),
  );

const alignRow = ([first = '', ...cells]: string[]): string =>
  [first.padEnd(62), ...cells.map((cell) => cell.padStart(13))].join('').trimEnd();

const figure = (value: number, unit: Unit): string => {
  if (unit === 'ms') return value.toFixed(value < 10 ? 3 : 1);
  if (unit === 'commands/s' || unit === 'MB/s') return Math.round(value).toLocaleString('en');
  return value.toFixed(2);
};
const ratio = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ×`;
