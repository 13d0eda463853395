/** The table that a soak's growth is read from. */
import { expect, it } from 'vitest';
import { formatGrowthTable, toGrowthTable } from './growth.ts';

const sample = (at: number, value: number) => ({
  at,
  descriptors: value,
  rssMb: 10 * value,
  tmpEntries: 1,
  processes: 2,
});

it('means over the warm-up and each quarter after it; the last one has no end', () => {
  const samples = [sample(0, 1), sample(0.1, 3), sample(0.2, 10), sample(0.39, 20), sample(0.5, 4)];
  samples.push(sample(0.7, 5), sample(0.9, 6), sample(1.2, 8));
  expect(
    toGrowthTable(samples).map(({ part, samples: count, descriptors, rssMb }) => [
      part,
      count,
      descriptors,
      rssMb,
    ]),
  ).toEqual([
    ['warm-up', 2, 2, 20],
    ['25 %', 2, 15, 150],
    ['50 %', 1, 4, 40],
    ['75 %', 1, 5, 50],
    ['100 %', 2, 7, 70],
  ]);
});

it('leaves out a part of a run too short to have a sample in it', () => {
  expect(toGrowthTable([sample(0.1, 1), sample(0.9, 2)]).map(({ part }) => part)).toEqual([
    'warm-up',
    '100 %',
  ]);
});

it('is printed with what is left when the manager is closed', () => {
  const end = { descriptors: 20, rssMb: 90, tmpEntries: 0, processes: 0 };
  expect(formatGrowthTable(toGrowthTable([sample(0.9, 2)]), end)).toBe(
    [
      '                samples    descriptors        RSS, MB entries in tmp      processes',
      '   100 %              1              2             20              1              2',
      '  closed              1             20             90              0              0',
    ].join('\n'),
  );
});
