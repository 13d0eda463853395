/** The wall clock jumps. */
import { expect, it } from 'vitest';
import { pathOf, runHost } from '../testing/run-host.ts';

it('clock jumps of hours, back and forth: time limits, idle time and durations do not follow', async () => {
  const { report, stderr } = await runHost('host-with-jumping-clock.mjs', {
    // Threads take it over from the process.
    nodeArgs: ['--import', pathOf('clock-that-jumps.mjs')],
  });
  expect([report, stderr]).toEqual([
    {
      // In the host's own thread, and in those of its sessions.
      jumps: [true, true],
      limits: Array(3).fill([true, true, true]),
      starters: [true],
      areSane: true,
      idle: ['idle-timeout', true],
    },
    '',
  ]);
}, 120_000);
