/**
 * Soak: random hostile commands and faults on many sessions for minutes, and then the accounts:
 * every accepted command has an answer, no process is left, nothing has grown.
 *
 * `npm run soak -- --minutes 20 [--sessions 50] [--seed 1] [--json]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSessionManager } from 'holdfast';
import { explain } from './explain.ts';
import { findMarked, takeFootprint } from './footprint.ts';
import { formatGrowthTable, type Sample, toGrowthTable } from './growth.ts';
import { createRandom } from './random.ts';
import { emptyTally, torment } from './tormentor.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    sessions: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    json: { type: 'boolean', default: false },
  },
});

const minutes = Number(options.minutes);
const count = Number(options.sessions);
const seed = Number(options.seed);

/** Enough for means over quarters of a run of a minute; a sample reads all of /proc. */
const sampleEveryMs = 2_000;

/** What Piscina says of a thread that was ended from outside. */
const endedThread = 'worker exited with code: 1';

/** How long what was sent may take to be answered. */
const graceMinutes = 4;

const run = async (): Promise<void> => {
  // Of this run alone, so that whatever is left in it is this run's.
  const tmp = mkdtempSync(join(tmpdir(), 'soak-'));
  process.env.TMPDIR = tmp;
  const manager = createSessionManager({ maxSessions: count + 2 });
  const tally = emptyTally();
  // Both are answered for, and neither should happen but to a thread that was ended: what it was is worth a line.
  manager.on('session-terminated', ({ workspaceId, reason, message }) => {
    const wasEnded = reason === 'thread-died' && message?.includes(endedThread);
    if ((reason === 'thread-died' && !wasEnded) || reason === 'spawn-failed')
      console.error(`${workspaceId}: ${reason}: ${message}`);
  });
  const probe = manager.getOrCreateSession('probe', { idleTimeoutMs: 0 });
  const { env_vars } = await probe.state();
  const hostMark = env_vars.HOLDFAST_SESSION?.split('.')[0] ?? '';
  const startedAt = performance.now();
  const endsAt = startedAt + minutes * 60_000;
  const isOver = (): boolean => performance.now() >= endsAt;
  const samples: Sample[] = [];
  let told = startedAt;
  const sampler = setInterval(() => {
    const now = performance.now();
    samples.push({ at: (now - startedAt) / (endsAt - startedAt), ...takeFootprint(tmp, hostMark) });
    if (options.json || now - told < 60_000) return;
    told = now;
    const minute = ((now - startedAt) / 60_000).toFixed(1);
    console.log(`${minute} min: ${tally.accepted} accepted, ${JSON.stringify(samples.at(-1))}`);
  }, sampleEveryMs);
  // The longest command and its ladder take ten seconds; a queue of forty of them a few minutes.
  const stuckTimer = setTimeout(
    async () => {
      console.error(
        `not over after ${graceMinutes} minutes of grace:\n${[...tally.awaited].join('\n')}\n` +
          (await explain(manager.getActiveSessions())),
      );
      process.exit(1);
    },
    (minutes + graceMinutes) * 60_000,
  );
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      torment({ manager, workspaceId: `soak-${index}`, random: createRandom(seed + index), tally, isOver }),
    ),
  );
  clearInterval(sampler);
  clearTimeout(stuckTimer);
  await manager[Symbol.asyncDispose]();

  const rejections = Object.values(tally.rejections).reduce((sum, number) => sum + number, 0);
  const untyped = Object.keys(tally.rejections).filter((code) => code.startsWith('untyped'));
  const orphans = findMarked(hostMark).length;
  const end = takeFootprint(tmp, hostMark);
  rmSync(tmp, { recursive: true, force: true });
  const isBalanced = tally.accepted === tally.results + rejections && untyped.length === 0 && orphans === 0;
  const { awaited: _awaited, ...accounts } = tally;
  const growth = toGrowthTable(samples);
  const report = { seed, minutes, sessions: count, ...accounts, orphans, growth, end, isBalanced };
  console.log(
    options.json
      ? JSON.stringify(report)
      : `\n${tally.accepted} accepted = ${tally.results} results + ${rejections} typed rejections ` +
          `${JSON.stringify(tally.rejections)}\nfaults ${JSON.stringify(tally.faults)}\norphans ${orphans}\n` +
          `growth: means over quarters of the run after its warm-up, and what is left at the end\n` +
          `${formatGrowthTable(growth, end)}\nseed ${seed}: ${isBalanced ? 'balanced' : 'NOT BALANCED'}`,
  );
  process.exitCode = isBalanced ? 0 : 1;
};

await run();
