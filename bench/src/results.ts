/** What a run gives: plain data, as it stands in `results/latest.json`. */
import type { Role, Unit } from './subject.ts';

export interface Report {
  machine: string[];
  /** ISO 8601. */
  at: string;
  /** The sizes it was run with. */
  size: string;
  groups: GroupResult[];
}

export interface SubjectResult {
  name: string;
  role: Role;
  p50: number;
  p99: number;
  samples: number;
  /** Median of each round that counts, in the order of the rounds. */
  roundMedians: number[];
  /** To the group's floor: median of the rounds' ratios, and p99 to p99. Absent without a floor. */
  toFloor?: { p50: number; p99: number };
  /** To Holdfast in the same group. */
  toHoldfast?: number;
  /** CPU this process used, its threads included, in µs for each command. */
  cpuMicros?: number;
  /** What else is to be known of these figures. */
  remark?: string;
}

export interface GroupResult {
  id: string;
  title: string;
  unit: Unit;
  subjects: SubjectResult[];
  verdicts: Verdict[];
  missing: string[];
}

export interface Verdict {
  what: string;
  /** `≤ 2.5 ×` */
  goal: string;
  value: number;
  /** The value is a ratio, not a figure in the group's unit. */
  isRatio: boolean;
  met: boolean;
}
