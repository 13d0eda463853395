/** Results as a table for people and as JSON for programs. */
import type { GroupResult } from './measure.ts';

export const toTable = (machine: string[], groups: GroupResult[]): string => {
  const lines = [...machine, ''];
  for (const { name, subjects } of groups) {
    lines.push(row([name, 'p50', 'p99', 'ratio p50', 'ratio p99', 'samples']));
    for (const { name: subject, p50, p99, ratio, samples } of subjects) {
      lines.push(
        row([`  ${subject}`, ms(p50), ms(p99), times(ratio.p50), times(ratio.p99), String(samples)]),
      );
    }
    lines.push('');
  }
  return `${lines.join('\n')}\n`;
};

export const toJson = (machine: string[], groups: GroupResult[]): string =>
  `${JSON.stringify({ machine, unit: 'ms', groups }, undefined, 2)}\n`;

const row = ([first = '', ...cells]: string[]): string =>
  [first.padEnd(34), ...cells.map((cell) => cell.padStart(11))].join('');

const ms = (value: number): string => `${value.toFixed(3)} ms`;
const times = (value: number): string => `${value.toFixed(1)} ×`;
