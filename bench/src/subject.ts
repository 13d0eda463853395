/** Something that runs one command at a time. */
export interface Subject {
  name: string;
  /** Times to run in one round: enough for a median, few enough that rounds interleave. */
  perRound: number;
  open(): Promise<void>;
  /** Settles when the command's result is there. @throws when it is not what it should be */
  run(): Promise<void>;
  close(): Promise<void>;
}

/** Subjects that do the same work; the first is the floor that the others are compared with. */
export interface Group {
  name: string;
  subjects: Subject[];
}
