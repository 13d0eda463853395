/** Working through many files with progress as it happens, stopping half-way, and going on. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSessionManager } from 'holdfast';
import { makeTempFolder } from './lib/temp-folder.mjs';

const folder = makeTempFolder('files');
for (let number = 1; number <= 20; number += 1) {
  writeFileSync(join(folder, `part-${String(number).padStart(2, '0')}.txt`), 'word '.repeat(number));
}

const manager = createSessionManager();
const session = manager.getOrCreateSession('files', { cwd: folder });

try {
  await session.exec(`
declare -A words
process_all() {
  local file
  for file in part-*.txt; do
    [ -n "\${words[$file]}" ] && continue
    words[$file]=$(wc -w < "$file")
    echo "\${#words[@]}/20" >&2
    sleep 0.1
  done
  echo "\${#words[@]} files"
}
`);

  // Progress goes to stderr, the result to stdout: they stay apart.
  /** @type {string[]} */
  const progress = [];
  const run = session.exec('process_all');
  for await (const { stream, data } of run) {
    if (stream === 'stderr') progress.push(...data.trimEnd().split('\n'));
    if (progress.length >= 5) break;
  }
  assert.deepEqual(progress.slice(0, 3), ['1/20', '2/20', '3/20']);
  await run.interrupt();
  const stopped = await run;
  assert.equal(stopped.interrupted, true);
  assert.equal(stopped.stdout, '');
  console.log('watched the progress, and stopped the run');

  const kept = Number((await session.exec('echo "${#words[@]}"')).stdout);
  assert.ok(kept >= 5 && kept < 20, `${kept} files`);
  console.log('what was done is kept');

  const rest = await session.exec('process_all');
  assert.equal(rest.stdout, '20 files\n');
  assert.equal(rest.stderr.split('\n').length - 1, 20 - kept);
  console.log('the second run did the rest');

  const total = await session.exec(
    'sum=0; for count in "${words[@]}"; do ((sum += count)); done; echo "$sum"',
  );
  assert.equal(total.stdout, '210\n');
  console.log('210 words in all');
} finally {
  await manager[Symbol.asyncDispose]();
}
