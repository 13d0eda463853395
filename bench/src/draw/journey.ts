/** The journey of one command as a bar in steps, one for each language. */
import { breakDown } from '../breakdown.ts';
import type { GroupResult } from '../results.ts';
import { bar, svg, text } from './svg.ts';

const width = 760;
const left = 70;
const right = 80;

export const drawJourney = (title: string, groups: readonly GroupResult[]): string => {
  const journeys = groups.map((group) => ({
    name: group.id.split('/')[1] ?? group.id,
    // Noise may make a step negative: it has no length.
    steps: breakDown(group).map(({ name, ms }) => ({ name, ms: Math.max(0, ms) })),
  }));
  const totals = journeys.map(({ steps }) => steps.reduce((sum, { ms }) => sum + ms, 0));
  const perMs = (width - left - right) / Math.max(...totals, Number.MIN_VALUE);
  const body = [text(8, 24, title, { kind: 'title' })];
  for (const [row, { name, steps }] of journeys.entries()) {
    const y = 40 + row * 32;
    let x = left;
    body.push(text(left - 8, y + 15, name, { anchor: 'end' }));
    for (const [index, { ms }] of steps.entries()) {
      body.push(bar(x, y, ms * perMs, 22, `step${index}`));
      x += ms * perMs;
    }
    body.push(text(x + 6, y + 15, `${Math.round((totals[row] ?? 0) * 1_000)} µs`, { kind: 'faint' }));
  }
  const legendTop = 48 + journeys.length * 32;
  const names = journeys[0]?.steps.map(({ name }) => name) ?? [];
  for (const [index, name] of names.entries()) {
    const x = left + (index % 2) * 340;
    const y = legendTop + Math.floor(index / 2) * 20;
    body.push(bar(x, y, 12, 12, `step${index}`), text(x + 18, y + 10, name));
  }
  return svg(width, legendTop + Math.ceil(names.length / 2) * 20 + 8, title, body);
};
