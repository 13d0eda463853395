/** What a row is made from. */
import type { Peers } from '../peers/find.ts';
import type { Sizes } from '../sizes.ts';
import type { Group } from '../subject.ts';
import type { Crowds } from '../subjects/crowd.ts';

export interface RowContext {
  sizes: Sizes;
  peers: Peers;
  crowds: Crowds;
}

/** Groups of one theme. They hold nothing until they are opened. */
export type Row = (context: RowContext) => Group[];
