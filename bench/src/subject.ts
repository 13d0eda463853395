/** The words of the benchmark: a row's group, the subjects in it that do the same work, the goals they are held to. */

export type Unit = 'ms' | 'MB/s' | 'commands/s' | 'MiB' | '% of a core';

/** Who a subject is in its group. */
export type Role =
  /** The least the work can cost: what others are compared with. */
  | 'floor'
  | 'holdfast'
  /** Another tool's way of doing the same. */
  | 'peer'
  /** Neither: a part of the work, or a floor of another kind. */
  | 'reference';

/** Something that does one kind of work again and again. */
export interface Subject {
  name: string;
  role: Role;
  /** Whether CPU used by this process during a round is this subject's. Default true. */
  inProcess?: boolean;
  /** Commands behind one sample. Default 1. */
  commandsPerSample?: number;
  open(): Promise<void>;
  /** One round's samples, in the group's unit. @throws when the work's result is not what it should be */
  round(): Promise<number[]>;
  /** What readers of the figures have to know of how they came about. Asked after the last round. */
  remark?(): string | undefined;
  close(): Promise<void>;
}

/** A goal, as a comparison that one run can make. */
export interface Goal {
  /** As the table of goals words it. */
  what: string;
  /** Name of the subject that is held to it. */
  subject: string;
  /** Compared with this subject of the same group; absent: the figure itself. */
  to?: string;
  /** Turns the ratio round, for "N times faster". */
  inverse?: boolean;
  at: 'p50' | 'p99';
  relation: '≤' | '≥' | '<';
  limit: number;
}

/** Subjects that do the same work. */
export interface Group {
  /** `roundtrip/bash`: `--only` takes it whole or up to a slash. */
  id: string;
  title: string;
  unit: Unit;
  /** Rounds that count. */
  rounds: number;
  /** Rounds before those: caches fill and code is compiled. */
  warmUpRounds: number;
  subjects: Subject[];
  goals: Goal[];
  /** Peers that this machine lacks. */
  missing: string[];
}
