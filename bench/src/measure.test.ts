import { describe, expect, it } from 'vitest';
import { toMarkdown } from './markdown.ts';
import { measureGroup } from './measure.ts';
import { toTable } from './report.ts';
import { median, percentile, ratioOfRounds } from './statistics.ts';
import type { Group, Role, Subject } from './subject.ts';

describe('statistics', () => {
  it('takes percentiles of what is not sorted', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect([median(values), percentile(values, 0.99), median([7])]).toEqual([100.5, 199, 7]);
  });

  it('compares round by round', () => {
    // The machine was ten times slower in the second round, for both.
    expect(ratioOfRounds([2, 20, 2], [1, 10, 2])).toBe(2);
  });
});

/** Gives the same value in every round. */
const fixed = (name: string, role: Role, value: number, log: string[] = []): Subject => ({
  name,
  role,
  open: async () => void log.push(`open ${name}`),
  round: async () => {
    log.push(name);
    return [value, value];
  },
  close: async () => void log.push(`close ${name}`),
});

const group = (subjects: Subject[], goals: Group['goals'] = []): Group => ({
  id: 'a/group',
  title: 'A group',
  unit: 'ms',
  rounds: 3,
  warmUpRounds: 1,
  subjects,
  goals,
  missing: ['a peer'],
});

describe('measureGroup', () => {
  it('runs subjects in turns, there and back, and opens and closes each once', async () => {
    const log: string[] = [];
    const { subjects } = await measureGroup(group([fixed('a', 'floor', 1, log), fixed('b', 'peer', 2, log)]));
    const turns = [...['b', 'a'], ...['a', 'b'], ...['b', 'a'], ...['a', 'b']];
    expect(log).toEqual(['open a', 'open b', ...turns, 'close a', 'close b']);
    expect(subjects.map(({ name, samples, roundMedians }) => [name, samples, roundMedians])).toEqual([
      ['a', 6, [1, 1, 1]],
      ['b', 6, [2, 2, 2]],
    ]);
  });

  it('compares with the floor and with Holdfast, and holds to goals', async () => {
    const goal = { what: 'cost', subject: 'ours', at: 'p50' } as const;
    const { subjects, verdicts } = await measureGroup(
      group(
        [fixed('least', 'floor', 1), fixed('ours', 'holdfast', 2), fixed('theirs', 'peer', 8)],
        [
          { ...goal, to: 'least', relation: '≤', limit: 2 },
          { ...goal, to: 'theirs', inverse: true, relation: '≥', limit: 5 },
          { ...goal, relation: '<', limit: 2 },
          { ...goal, to: 'not on this machine', relation: '≤', limit: 1 },
        ],
      ),
    );
    expect(subjects.map(({ toFloor, toHoldfast }) => [toFloor?.p50, toFloor?.p99, toHoldfast])).toEqual([
      [1, 1, 0.5],
      [2, 2, 1],
      [8, 8, 4],
    ]);
    expect(verdicts).toEqual([
      { what: 'cost', goal: '≤ 2 ×', value: 2, isRatio: true, met: true },
      { what: 'cost', goal: '≥ 5 ×', value: 4, isRatio: true, met: false },
      { what: 'cost', goal: '< 2', value: 2, isRatio: false, met: false },
    ]);
  });

  it('closes what it opened when a subject fails', async () => {
    const log: string[] = [];
    const broken: Subject = {
      ...fixed('broken', 'peer', 1, log),
      round: () => Promise.reject(new Error('no')),
    };
    await expect(measureGroup(group([fixed('a', 'floor', 1, log), broken]))).rejects.toThrow('no');
    expect(log.slice(-2)).toEqual(['close a', 'close broken']);
  });
});

describe('reports', () => {
  it('have every figure, remark, verdict and missing peer', async () => {
    const goal = { what: 'cost', subject: 'ours', at: 'p50', relation: '≤', limit: 1 } as const;
    const ours: Subject = { ...fixed('ours', 'holdfast', 2), remark: () => '1 of 8 was another' };
    const least: Subject = { ...fixed('least', 'floor', 1), remark: () => undefined };
    const groups = [await measureGroup(group([least, ours], [goal]))];
    const report = { machine: ['one machine'], at: '', size: 'tiny', groups };
    expect(toTable(report)).toMatch(/ {2}ours +2\.000 +2\.00 × +1\.00 ×/);
    expect(toTable(report)).toMatch(/ {2}cost +≤ 1 ms +2\.000 ms +not met/);
    expect(toTable(report)).toContain('\n  ours: 1 of 8 was another.\n  not found: a peer\n');
    expect(toMarkdown(report)).toContain('| cost | ≤ 1 ms | 2.000 ms | not met |');
    expect(toMarkdown(report)).toContain(
      '\n\nours: 1 of 8 was another.\n\nNot found on the machine: a peer.',
    );
  });
});
