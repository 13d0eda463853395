/** Configuration management: say what should be, change only what is not, and show the difference. */
import assert from 'node:assert/strict';
import { createSessionManager } from 'holdfast';
import { makeTempFolder } from './lib/temp-folder.mjs';

const manager = createSessionManager();
const session = manager.getOrCreateSession('configuration', { cwd: makeTempFolder('config') });

try {
  await session.exec(`
umask 077
declare -A wanted=([port]=8080 [host]=0.0.0.0 [log.level]=info)
changes=0

# Makes app.conf have a line "key = value"; counts what it had to change.
ensure() {
  local line="$1 = $2"
  grep -qxF -- "$line" app.conf 2>/dev/null && return
  if grep -q "^$1 = " app.conf 2>/dev/null; then sed -i "s/^$1 = .*/$line/" app.conf; else echo "$line" >> app.conf; fi
  changes=$((changes + 1))
}
apply() {
  changes=0
  local key
  for key in "\${!wanted[@]}"; do ensure "$key" "\${wanted[$key]}"; done
  sort -o app.conf app.conf
  echo "$changes"
}
`);
  assert.equal((await session.exec('apply')).stdout, '3\n');
  assert.equal(
    (await session.exec('cat app.conf')).stdout,
    'host = 0.0.0.0\nlog.level = info\nport = 8080\n',
  );
  assert.equal((await session.exec('stat -c %a app.conf')).stdout, '600\n');
  console.log('applied: 3 changes, and the umask set earlier holds');

  assert.equal((await session.exec('apply')).stdout, '0\n');
  console.log('applied again: nothing to change');

  await session.exec('cp app.conf before.conf; wanted[port]=9090; wanted[log.level]=debug');
  assert.equal((await session.exec('apply')).stdout, '2\n');
  const difference = await session.exec('diff before.conf app.conf');
  assert.equal(difference.exitCode, 1);
  assert.match(difference.stdout, /< port = 8080\n[\s\S]*> port = 9090\n/);
  console.log('changed two wishes: two changes');

  // Another language reads the same file, in the same folder, without being told where.
  const parsed = await session.eval("dict(line.strip().split(' = ') for line in open('app.conf'))");
  assert.equal(parsed.result?.text, "{'host': '0.0.0.0', 'log.level': 'debug', 'port': '9090'}");
  console.log('python reads what bash wrote');

  // set -e would end many a shell; here it ends the command.
  const strict = await session.exec('set -e; false; echo not reached');
  assert.deepEqual([strict.exitCode, strict.exited, strict.stdout], [1, true, '']);
  assert.equal((await session.exec('set +e; echo "${wanted[port]}"')).stdout, '9090\n');
  console.log('a failed strict command cost nothing that was kept');
} finally {
  await manager[Symbol.asyncDispose]();
}
