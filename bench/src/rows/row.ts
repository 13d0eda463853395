/** What a row is made from. */
import type { Peers } from '../peers/find.ts';
import type { Sizes } from '../sizes.ts';
import type { Group } from '../subject.ts';

export interface RowContext {
  sizes: Sizes;
  peers: Peers;
}

/** Groups of one theme. They hold nothing until they are opened. */
export type Row = (context: RowContext) => Group[];
