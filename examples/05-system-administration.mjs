/** Interactive system administration: look around, start a service, answer a question, watch a log. */
import assert from 'node:assert/strict';
import { createSessionManager } from 'holdfast';
import { makeTempFolder } from './lib/temp-folder.mjs';

const manager = createSessionManager();
const session = manager.getOrCreateSession('administration', { cwd: makeTempFolder('admin') });

try {
  await session.exec(
    'mkdir logs && head -c 300000 /dev/zero > logs/old.log && head -c 2000 /dev/zero > logs/new.log',
  );
  await session.exec('mapfile -t large < <(find logs -name "*.log" -size +100k)');
  const found = await session.exec('echo "${#large[@]}: ${large[*]}"');
  assert.equal(found.stdout, '1: logs/old.log\n');
  console.log('found one large log, kept its name in an array');

  // A program that asks: stdin stays open, and is answered when the question is there.
  const clean = session.exec(
    'printf "remove %s? " "$large"; read -r answer; if [ "$answer" = yes ]; then rm "$large"; echo removed; fi',
    {
      stdin: 'open',
      onStdout: (text) => {
        if (text.includes('?')) clean.write('yes\n');
      },
    },
  );
  assert.equal((await clean).stdout, 'remove logs/old.log? removed\n');
  console.log('answered the question of a running command');

  // A service in the background does not hold the reply, and is listed.
  const service = await session.exec(
    'service() { echo "listening"; while read -r line; do echo "handled $line"; done; echo "closed"; }\n' +
      'mkfifo requests; exec 9<>requests; service < requests & service_pid=$!',
  );
  assert.equal(service.success, true);
  const { jobs } = await session.state();
  assert.equal(jobs.length, 1);
  console.log('started a service, which state() lists as a job');

  /** @type {(text: string) => Promise<void>} */
  const logged = (text) =>
    new Promise((resolve) => {
      let log = '';
      const stop = session.subscribe((event) => {
        if (event.type !== 'late-output' || event.commandId !== service.commandId) return;
        log += event.data;
        if (!log.includes(text)) return;
        stop();
        resolve();
      });
    });
  const handled = logged('handled second');
  await session.exec('echo first >&9; echo second >&9');
  await handled;
  const record = await session.getCommand(service.commandId);
  const whole = `${record?.output?.stdout}${record?.lateOutput.stdout}`;
  assert.equal(whole, 'listening\nhandled first\nhandled second\n');
  console.log('read its log: late output belongs to the command that started it');

  await session.exec('kill "$service_pid"; wait "$service_pid" 2>/dev/null; exec 9>&-');
  assert.deepEqual((await session.state()).jobs, []);
  console.log('stopped the service');
} finally {
  await manager[Symbol.asyncDispose]();
}
