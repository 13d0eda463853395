/** Times subjects in turns, so that what slows the machine for a moment slows them all. */
import type { Group, Subject } from './subject.ts';

/** Milliseconds. */
export interface Distribution {
  p50: number;
  p99: number;
  samples: number;
}

export interface SubjectResult extends Distribution {
  name: string;
  /** To the group's floor, p50 to p50 and p99 to p99. */
  ratio: { p50: number; p99: number };
}

export interface GroupResult {
  name: string;
  subjects: SubjectResult[];
}

export interface MeasureOptions {
  groups: Group[];
  rounds: number;
  onProgress(text: string): void;
}

/** Rounds before counting: caches fill and code is compiled. */
const warmUpRounds = 3;

export const measure = async ({ groups, rounds, onProgress }: MeasureOptions): Promise<GroupResult[]> => {
  const results: GroupResult[] = [];
  for (const { name, subjects } of groups) {
    const samples = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
    for (const subject of subjects) await subject.open();
    for (let round = -warmUpRounds; round < rounds; round += 1) {
      onProgress(`${name}: round ${Math.max(0, round + 1)} of ${rounds}`);
      for (const subject of subjects) {
        const times = await time(subject);
        if (round >= 0) samples.get(subject)?.push(...times);
      }
    }
    for (const subject of subjects) await subject.close();
    results.push({ name, subjects: compare(subjects, samples) });
  }
  return results;
};

const time = async (subject: Subject): Promise<number[]> => {
  const times: number[] = [];
  for (let run = 0; run < subject.perRound; run += 1) {
    const startedAt = performance.now();
    await subject.run();
    times.push(performance.now() - startedAt);
  }
  return times;
};

const compare = (subjects: Subject[], samples: Map<Subject, number[]>): SubjectResult[] => {
  const distributions = subjects.map((subject) => ({
    name: subject.name,
    ...summarise(samples.get(subject) ?? []),
  }));
  const floor = distributions[0];
  return distributions.map((one) => ({
    ...one,
    ratio: { p50: one.p50 / (floor?.p50 ?? 1), p99: one.p99 / (floor?.p99 ?? 1) },
  }));
};

export const summarise = (times: number[]): Distribution => {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), samples: sorted.length };
};
