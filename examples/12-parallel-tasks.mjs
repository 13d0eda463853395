/** Many tasks at once: sessions run side by side, commands on one session wait their turn. */
import assert from 'node:assert/strict';
import { createSessionManager, HoldfastError } from 'holdfast';
import { makeTempFolder } from './lib/temp-folder.mjs';

const folder = makeTempFolder('parallel');
const manager = createSessionManager({ maxSessions: 8 });

try {
  // Each worker waits for the other two: only if all run at once can any of them end.
  const names = ['north', 'south', 'east'];
  const workers = names.map((name) =>
    manager.getOrCreateSession(name, { cwd: folder, env: { WORKER: name } }),
  );
  await Promise.all(
    workers.map((session) =>
      session.exec('touch "$WORKER"; until [ -e north ] && [ -e south ] && [ -e east ]; do sleep 0.01; done'),
    ),
  );
  const threads = new Set(workers.map(({ threadId }) => threadId));
  assert.equal(threads.size, 3);
  console.log('three sessions ran at once, each in its own thread');

  // On one session commands run one after the other, in the order they were given.
  const queue = manager.getOrCreateSession('queue', { cwd: folder });
  await queue.exec('n=0');
  const outputs = await Promise.all(Array.from({ length: 20 }, () => queue.exec('n=$((n + 1)); echo "$n"')));
  assert.deepEqual(
    outputs.map(({ stdout }) => Number(stdout)),
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  console.log('twenty queued commands came back in order');

  // Fan out, then gather: results flow through the host, state does not leak between sessions.
  await Promise.all(
    workers.map((session, index) => session.exec(`share=$(seq -s + ${index * 10 + 1} ${index * 10 + 10})`)),
  );
  const sums = await Promise.all(workers.map((session) => session.exec('echo $((share))')));
  assert.equal(
    sums.reduce((sum, { stdout }) => sum + Number(stdout), 0),
    465,
  );
  console.log('summed 1 to 30 in three shares: 465');

  // A task that is no longer wanted is cancelled, whether it runs or still waits.
  const noLongerWanted = new AbortController();
  const running = queue.exec('echo begun; sleep 60', {
    signal: noLongerWanted.signal,
    onStdout: () => noLongerWanted.abort(),
  });
  const waiting = queue.exec('touch never', { signal: noLongerWanted.signal });
  const endings = await Promise.allSettled([running, waiting]);
  assert.deepEqual(
    endings.map(
      (ending) =>
        ending.status === 'rejected' && ending.reason instanceof HoldfastError && ending.reason.code,
    ),
    ['COMMAND_CANCELLED', 'COMMAND_CANCELLED'],
  );
  const after = await queue.exec('[ ! -e never ] && echo "$n"');
  assert.equal(after.stdout, '20\n');
  console.log('cancelled a running and a waiting command; the session kept its state');

  assert.equal(manager.getSessionCount(), 4);
  await manager.terminateAll();
  assert.equal(manager.getSessionCount(), 0);
} finally {
  await manager[Symbol.asyncDispose]();
}
