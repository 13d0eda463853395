/** All rows, in the order of the report. */
import type { Group } from '../subject.ts';
import { createCrowds } from '../subjects/crowd.ts';
import { commandLine } from './command-line.ts';
import { manySessions } from './crowd.ts';
import { growth } from './growth.ts';
import { hops } from './hops.ts';
import { pipeline } from './pipeline.ts';
import { roundTrips } from './roundtrip.ts';
import type { Row, RowContext } from './row.ts';
import { starts } from './start.ts';
import { streams } from './streams.ts';

const rows: Row[] = [roundTrips, starts, streams, pipeline, manySessions, commandLine, hops, growth];

/**
 * @param only - ids of groups, whole or up to a slash (`roundtrip`, `roundtrip/bash`); empty: all
 * @throws when one names nothing
 */
export const groupsOf = (given: Omit<RowContext, 'crowds'>, only: readonly string[] = []): Group[] => {
  const context = { ...given, crowds: createCrowds(given.sizes) };
  const groups = rows.flatMap((row) => row(context));
  const isMeant = (id: string, wanted: string): boolean => id === wanted || id.startsWith(`${wanted}/`);
  for (const wanted of only) {
    if (!groups.some(({ id }) => isMeant(id, wanted))) {
      throw new Error(`There is no row "${wanted}". Rows are: ${groups.map(({ id }) => id).join(', ')}`);
    }
  }
  return only.length === 0 ? groups : groups.filter(({ id }) => only.some((wanted) => isMeant(id, wanted)));
};
