/** Every row once, as small as can be: that it measures what it says, not how fast that is. */
import { describe, expect, it } from 'vitest';
import { breakDown } from '../breakdown.ts';
import { measureGroup } from '../measure.ts';
import { findPeers, type Peers, peerSources } from '../peers/find.ts';
import { sizes } from '../sizes.ts';
import { groupsOf } from './all.ts';

const noPeers: Peers = { jupyter: undefined, pexpect: undefined, nodePty: undefined };
const groups = groupsOf({ sizes: sizes.tiny, peers: await findPeers() });
const named = groups.map((group) => [group.id, group] as const);

describe('rows', () => {
  // Some start dozens of processes, and wait until the machine is quiet.
  it.each(named)('%s', { timeout: 120_000 }, async (id, group) => {
    const result = await measureGroup(group);
    expect(result.subjects.map(({ name }) => name)).toEqual(group.subjects.map(({ name }) => name));
    for (const { name, p50, samples } of result.subjects) {
      expect(samples, name).toBeGreaterThan(0);
      // Few idle sessions use no CPU at all, and memory of so few is less than its noise.
      if (!['crowd/idle', 'crowd/memory', 'crowd/opened'].includes(id)) expect(p50, name).toBeGreaterThan(0);
    }
    const isMeasurable = group.missing.length === 0 || group.goals.length === result.verdicts.length;
    if (isMeasurable)
      expect(result.verdicts.map(({ what }) => what)).toEqual(group.goals.map(({ what }) => what));
    if (id.startsWith('hops/')) {
      const whole = result.subjects.find(({ role }) => role === 'holdfast')?.p50;
      expect(breakDown(result).reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(whole ?? Number.NaN);
    }
  });
});

describe('groupsOf', () => {
  it('starts no threads: what is not measured is not closed either', () => {
    const ports = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'MessagePort').length;
    const before = ports();
    groupsOf({ sizes: sizes.tiny, peers: noPeers });
    expect(ports()).toBeLessThanOrEqual(before);
  });

  it('gives one theme, one group, or all', () => {
    const idsOf = (...only: string[]) =>
      groupsOf({ sizes: sizes.tiny, peers: noPeers }, only).map(({ id }) => id);
    expect(idsOf('stream')).toEqual(['stream/iterate', 'stream/collect']);
    expect(idsOf('roundtrip/bash', 'hops/node')).toEqual(['roundtrip/bash', 'hops/node']);
    expect(idsOf()).toEqual(groups.map(({ id }) => id));
    expect(() => idsOf('stre')).toThrow('There is no row "stre"');
  });

  it('tells the peers that are missing, and how to get them', () => {
    const missing = groupsOf({ sizes: sizes.tiny, peers: noPeers }, ['roundtrip']).map(
      (group) => group.missing,
    );
    expect(missing).toEqual([
      [peerSources.pexpect, peerSources.nodePty],
      [peerSources.jupyter, peerSources.pexpect],
      [],
    ]);
  });
});
