/** Results as Markdown: whole for `results/latest.md`, in parts for the page about performance. */
import { breakDown } from './breakdown.ts';
import { cellsOf, columns, remarksOf, verdictsOf } from './report.ts';
import type { GroupResult, Report } from './results.ts';

export const toMarkdown = (report: Report): string =>
  `# Results\n\n${describeRun(report)}\n\n${goalTable(report.groups)}\n\n${groupTables(report.groups)}\n`;

/** When, where, how much. */
export const describeRun = ({ machine, at, size }: Report): string =>
  [`- ${at.slice(0, 10)}, sizes: ${size}`, ...machine.map((line) => `- ${line}`)].join('\n');

export const goalTable = (groups: readonly GroupResult[]): string => {
  const rows = verdictsOf(groups).map(({ what, goal, value, verdict }) => [what, goal, value, verdict]);
  return table(['goal', 'limit', 'figure', 'verdict'], rows);
};

export const groupTables = (groups: readonly GroupResult[]): string =>
  groups
    .map(({ title, unit, subjects, missing }) => {
      const rows = subjects.map((subject) => [subject.name, ...cellsOf(subject, unit)]);
      const notes = [...remarksOf(subjects), ...missing.map((peer) => `Not found on the machine: ${peer}.`)];
      return [`**${title}**, ${unit}`, table(['', ...columns], rows), ...notes].join('\n\n');
    })
    .join('\n\n');

/** The journey of one command, a column for each language. */
export const breakdownTable = (groups: readonly GroupResult[]): string => {
  const journeys = groups.map(breakDown).filter((steps) => steps.length > 0);
  const micros = (ms: number): string => `${Math.round(ms * 1_000)} µs`;
  const rows = (journeys[0] ?? []).map(({ name }, index) => [
    name,
    ...journeys.map((steps) => micros(steps[index]?.ms ?? Number.NaN)),
  ]);
  const total = journeys.map((steps) => micros(steps.reduce((sum, { ms }) => sum + ms, 0)));
  return table(['step', ...groups.map(({ id }) => id.split('/')[1] ?? id)], [...rows, ['**all**', ...total]]);
};

const table = (heads: string[], rows: string[][]): string => {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const rule = heads.map((_, index) => (index === 0 ? '---' : '--:'));
  return [heads, rule, ...rows].map(line).join('\n');
};
