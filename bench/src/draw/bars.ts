/** Groups as bars, one panel below the other, each with a scale of its own. */
import { figure } from '../format.ts';
import type { GroupResult } from '../results.ts';
import { bar, svg, text } from './svg.ts';

const width = 760;
const left = 300;
const right = 80;
const rowHeight = 20;

export const drawBars = (title: string, groups: readonly GroupResult[]): string => {
  const body: string[] = [];
  let y = 8;
  for (const group of groups) {
    body.push(...panel(group, y));
    y += 30 + group.subjects.length * rowHeight;
  }
  return svg(width, y + 8, title, body);
};

const panel = ({ title, unit, subjects }: GroupResult, top: number): string[] => {
  const scale = scaleOf(subjects.map(({ p50 }) => p50));
  const better = unit.endsWith('/s') ? 'more is better' : 'less is better';
  const heading = `${title}: ${unit}, ${better}${scale.isLogarithmic ? ', logarithmic' : ''}`;
  return [
    text(8, top + 16, heading, { kind: 'title' }),
    ...subjects.flatMap(({ name, role, p50 }, index) => {
      const y = top + 26 + index * rowHeight;
      const length = scale.share(p50) * (width - left - right);
      return [
        text(left - 8, y + 11, name, { anchor: 'end' }),
        bar(left, y, length, rowHeight - 6, role),
        text(left + length + 6, y + 11, figure(p50, unit), { kind: 'faint' }),
      ];
    }),
  ];
};

interface Scale {
  isLogarithmic: boolean;
  /** 0 to 1. */
  share(value: number): number;
}

/** Logarithmic, from half the least, where the largest would leave the others no room. */
const scaleOf = (values: number[]): Scale => {
  const largest = Math.max(...values, Number.MIN_VALUE);
  const least = Math.min(...values.filter((value) => value > 0), largest);
  if (largest / least < 25) return { isLogarithmic: false, share: (value) => value / largest };
  const span = Math.log(largest / (least / 2));
  return {
    isLogarithmic: true,
    share: (value) => (value > 0 ? Math.log(value / (least / 2)) / span : 0),
  };
};
