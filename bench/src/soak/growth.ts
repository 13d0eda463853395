/**
 * Has anything grown? Samples of a run by quarters, once it has warmed up: what leaks rises from quarter to
 * quarter, what merely varies with the load does not.
 */
import type { Footprint } from './footprint.ts';

export interface Sample extends Footprint {
  /** Share of the run that is over, 0 to 1. */
  at: number;
}

/** Means over one part of the run. */
export interface GrowthRow extends Footprint {
  part: string;
  samples: number;
}

/** Threads, kernels and V8's heaps come up to their working size in this share of the run. */
export const warmUpShare = 0.2;

/** @returns the warm-up and the four quarters after it; a part without a sample is left out */
export const toGrowthTable = (samples: readonly Sample[]): GrowthRow[] => {
  const quarter = (1 - warmUpShare) / 4;
  const parts = ['25 %', '50 %', '75 %', '100 %'].map((part, index) => {
    const from = warmUpShare + index * quarter;
    return { part, from, to: index === 3 ? Number.POSITIVE_INFINITY : from + quarter };
  });
  return [{ part: 'warm-up', from: 0, to: warmUpShare }, ...parts].flatMap(({ part, from, to }) => {
    const within = samples.filter(({ at }) => at >= from && at < to);
    return within.length === 0 ? [] : [{ part, samples: within.length, ...meanOf(within) }];
  });
};

export const formatGrowthTable = (rows: readonly GrowthRow[], end: Footprint): string => {
  const head = ['', 'samples', 'descriptors', 'RSS, MB', 'entries in tmp', 'processes'];
  const lines = [...rows, { part: 'closed', samples: 1, ...end }].map(
    ({ part, samples, descriptors, rssMb, tmpEntries, processes }) =>
      [part, samples, descriptors, rssMb, tmpEntries, processes].map(String),
  );
  return [head, ...lines]
    .map((line) => line.map((cell, column) => cell.padStart(column === 0 ? 8 : 15)).join(''))
    .join('\n');
};

const meanOf = (samples: readonly Sample[]): Footprint => {
  const mean = (field: keyof Footprint): number =>
    Math.round(samples.reduce((sum, sample) => sum + sample[field], 0) / samples.length);
  return {
    descriptors: mean('descriptors'),
    rssMb: mean('rssMb'),
    tmpEntries: mean('tmpEntries'),
    processes: mean('processes'),
  };
};
