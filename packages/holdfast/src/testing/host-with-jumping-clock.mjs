/** A host app whose wall clock jumps: limits and durations must not follow it. Numbers are in milliseconds. */
import { createSessionManager } from 'holdfast';

const jumps = new Set(
  Array.from({ length: 6 }, () => Math.round((Date.now() - performance.timeOrigin) / 3_600_000)),
);
const manager = createSessionManager();
/** @type {number[]} */
const durations = [];
const limits = [];
const hours = new Set();
for (const [language, quick, endless] of /** @type {const} */ ([
  ['bash', 'kept=1; sleep 0.05', 'while :; do :; done'],
  ['python', 'import time; time.sleep(0.05)', 'while True: pass'],
  ['node', 'await new Promise((r) => setTimeout(r, 50))', 'for (;;);'],
])) {
  const session = manager.getOrCreateSession(language, { language, idleTimeoutMs: 0 });
  for (let round = 0; round < 4; round += 1) durations.push((await session.exec(quick)).durationMs);
  const { timedOut, durationMs, interruption } = await session.exec(endless, { timeoutMs: 300 });
  durations.push(durationMs);
  limits.push([timedOut, interruption?.stateKept, durationMs >= 299]);
  for (const { durationMs, startedAt } of await session.getHistory()) {
    durations.push(durationMs);
    hours.add(Math.round((Date.parse(startedAt) - performance.timeOrigin) / 3_600_000));
  }
}
// A job belongs to the command that was running when it began, whatever the clock said.
const jobs = manager.getOrCreateSession('jobs');
await jobs.exec('true');
const started = await jobs.exec('(sleep 4800 &); sleep 0.05');
await jobs.exec('sleep 0.05');
const starters = (await jobs.state()).jobs.map(({ commandId }) => commandId === started.commandId);
const idle = manager.getOrCreateSession('idle', { idleTimeoutMs: 700 });
// Before the command: its answer may be late, and the idle time runs from its end.
const startedAt = performance.now();
await idle.exec('true');
const reason = await new Promise((resolve) =>
  manager.on('session-terminated', (event) => resolve(event.reason)),
);
const idleFor = performance.now() - startedAt;
await manager[Symbol.asyncDispose]();
console.log(
  JSON.stringify({
    jumps: [jumps.size > 1, hours.size > 1],
    limits,
    starters,
    areSane: durations.every((ms) => ms >= 45 && ms < 60_000),
    idle: [reason, idleFor >= 690 && idleFor < 60_000],
  }),
);
