/** Setting up an environment and deploying in stages, ending early when one fails. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSessionManager } from 'holdfast';
import { makeTempFolder } from './lib/temp-folder.mjs';

const folder = makeTempFolder('deploy');
writeFileSync(join(folder, 'staging.env'), 'APP_NAME=tally\nAPP_PORT=8080\nAPP_GREETING="hello there"\n');

const manager = createSessionManager();
const session = manager.getOrCreateSession('deployment', {
  cwd: folder,
  env: { STAGE: 'staging' },
  // Run whenever a kernel starts: also after one had to be replaced.
  setup: [`set -a; . "${folder}/staging.env"; set +a`],
});

/**
 * Runs stages in order until one fails.
 *
 * @param {Record<string, string>} stages
 * @returns {Promise<{ done: string[], failed?: string, why?: string }>}
 */
async function deploy(stages) {
  const done = [];
  for (const [name, command] of Object.entries(stages)) {
    const { success, exitCode, stderr } = await session.exec(command);
    if (!success) return { done, failed: name, why: `exit code ${exitCode}: ${stderr.trim()}` };
    done.push(name);
  }
  return { done };
}

try {
  const environment = await session.exec('echo "$APP_NAME:$APP_PORT ($STAGE) $APP_GREETING"');
  assert.equal(environment.stdout, 'tally:8080 (staging) hello there\n');
  console.log('environment is set up');

  await session.exec(`
release() { mkdir -p "releases/$1" && echo "$APP_NAME $1" > "releases/$1/app"; }
activate() { ln -sfn "releases/$1" current; }
healthy() { [ "$(cat current/app)" = "$APP_NAME $1" ] || { echo "not healthy: $(cat current/app)" >&2; return 1; }; }
`);
  const first = await deploy({ release: 'release v1', activate: 'activate v1', check: 'healthy v1' });
  assert.deepEqual(first.done, ['release', 'activate', 'check']);
  console.log('v1 is live');

  const second = await deploy({
    release: 'release v2 && echo broken > releases/v2/app',
    activate: 'previous=$(basename "$(readlink current)"); activate v2',
    check: 'healthy v2',
    announce: 'touch announced',
  });
  assert.deepEqual(second, {
    done: ['release', 'activate'],
    failed: 'check',
    why: 'exit code 1: not healthy: broken',
  });
  console.log(`v2 failed its check (${second.why})`);

  const rollback = await session.exec('activate "$previous" && healthy "$previous" && echo "$previous"');
  assert.equal(rollback.stdout, 'v1\n');
  assert.equal((await session.exec('[ ! -e announced ]')).exitCode, 0);
  console.log('rolled back to v1, which the session remembered');

  // Even when the shell itself is killed: what was lost is told, and set-up has run again.
  const killed = await session.exec('kill -KILL $$');
  assert.equal(killed.stateLost?.language, 'bash');
  assert.equal((await session.exec('echo "$APP_NAME"')).stdout, 'tally\n');
  console.log('the environment came back after a kernel was killed');
} finally {
  await manager[Symbol.asyncDispose]();
}
