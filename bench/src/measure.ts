/**
 * Measures the subjects of a group in turns, so that what slows the machine for a moment slows them
 * all, and compares them round by round: the median of the rounds' ratios moves much less than the
 * ratio of two medians that were taken minutes apart.
 */
import type { GroupResult, SubjectResult } from './results.ts';
import { median, percentile, ratioOfRounds } from './statistics.ts';
import type { Group, Subject } from './subject.ts';
import { judge } from './verdict.ts';

/** What was measured of one subject. */
interface Record {
  subject: Subject;
  samples: number[];
  roundMedians: number[];
  cpuMicros: number[];
}

export const measureGroup = async (
  group: Group,
  onProgress: (text: string) => void = () => undefined,
): Promise<GroupResult> => {
  const { id, title, unit, subjects, rounds, warmUpRounds, missing } = group;
  const records = subjects.map(
    (subject): Record => ({ subject, samples: [], roundMedians: [], cpuMicros: [] }),
  );
  const opened: Subject[] = [];
  try {
    for (const subject of subjects) {
      onProgress(`${id}: opening ${subject.name}`);
      await subject.open();
      opened.push(subject);
    }
    for (let round = -warmUpRounds; round < rounds; round += 1) {
      for (const record of inTurn(records, round)) {
        onProgress(`${id}: round ${Math.max(0, round + 1)} of ${rounds}: ${record.subject.name}`);
        await measureRound(record, round >= 0);
      }
    }
  } finally {
    for (const subject of opened) await subject.close();
  }
  const results = compare(records);
  return { id, title, unit, subjects: results, missing, verdicts: judge(group.goals, results) };
};

/** Every other round backwards: nobody always runs after the same neighbour. */
const inTurn = (records: Record[], round: number): Record[] =>
  round % 2 === 0 ? records : [...records].reverse();

const measureRound = async ({ subject, ...record }: Record, counts: boolean): Promise<void> => {
  const before = process.cpuUsage();
  const samples = await subject.round();
  const { user, system } = process.cpuUsage(before);
  if (!counts) return;
  record.samples.push(...samples);
  record.roundMedians.push(median(samples));
  record.cpuMicros.push((user + system) / (samples.length * (subject.commandsPerSample ?? 1)));
};

const compare = (records: Record[]): SubjectResult[] => {
  const floor = records.find(({ subject }) => subject.role === 'floor');
  const holdfast = records.find(({ subject }) => subject.role === 'holdfast');
  return records.map((record) => {
    const { subject, samples, roundMedians, cpuMicros } = record;
    const remark = subject.remark?.();
    return {
      name: subject.name,
      role: subject.role,
      p50: median(samples),
      p99: percentile(samples, 0.99),
      samples: samples.length,
      roundMedians,
      ...(floor
        ? {
            toFloor: {
              p50: ratioOfRounds(roundMedians, floor.roundMedians),
              p99: percentile(samples, 0.99) / percentile(floor.samples, 0.99),
            },
          }
        : {}),
      ...(holdfast ? { toHoldfast: ratioOfRounds(roundMedians, holdfast.roundMedians) } : {}),
      ...(subject.inProcess === false ? {} : { cpuMicros: median(cpuMicros) }),
      ...(remark === undefined ? {} : { remark }),
    };
  });
};

/** Samples of one piece of work done `count` times, in milliseconds each. */
export const timeEach = async (count: number, work: () => Promise<void>): Promise<number[]> => {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(await timeOnce(work));
  return times;
};

export const timeOnce = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};
