import { describe, expect, it } from 'vitest';
import { measure, summarise } from './measure.ts';
import { toTable } from './report.ts';
import type { Subject } from './subject.ts';

describe('summarise', () => {
  it('takes percentiles of what is sorted', () => {
    const times = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(summarise(times)).toEqual({ p50: 101, p99: 199, samples: 200 });
    expect(summarise([7])).toEqual({ p50: 7, p99: 7, samples: 1 });
  });
});

describe('measure', () => {
  it('runs subjects in turns, opens and closes each once, and compares with the first', async () => {
    const log: string[] = [];
    const subject = (name: string): Subject => ({
      name,
      perRound: 2,
      open: async () => void log.push(`open ${name}`),
      run: async () => void log.push(name),
      close: async () => void log.push(`close ${name}`),
    });
    const results = await measure({
      groups: [{ name: 'group', subjects: [subject('a'), subject('b')] }],
      rounds: 2,
      onProgress: () => undefined,
    });
    const round = ['a', 'a', 'b', 'b'];
    expect(log).toEqual(['open a', 'open b', ...Array(5).fill(round).flat(), 'close a', 'close b']);
    expect(results[0]?.subjects.map(({ name, samples }) => [name, samples])).toEqual([
      ['a', 4],
      ['b', 4],
    ]);
    expect(results[0]?.subjects[0]?.ratio).toEqual({ p50: 1, p99: 1 });
    expect(toTable(['one machine'], results)).toContain('1.0 ×');
  });
});
