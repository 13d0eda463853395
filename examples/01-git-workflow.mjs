/** A git workflow: folder, branch name and helper functions stay with the session from call to call. */
import assert from 'node:assert/strict';
import { createSessionManager } from 'holdfast';
import { makeTempFolder } from './lib/temp-folder.mjs';

const manager = createSessionManager();
const session = manager.getOrCreateSession('git-workflow', {
  cwd: makeTempFolder('git'),
  env: {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  },
});

try {
  const init = await session.exec(
    'git init --quiet --initial-branch=main shop && cd shop && git status --short',
  );
  assert.equal(init.exitCode, 0, init.stderr);
  console.log('made a repository, and stay in its folder');

  // A function for what is done again and again; later calls use it.
  await session.exec(
    'commit() { git add --all && git commit --quiet --message "$1" && git rev-parse --short HEAD; }',
  );
  await session.exec('echo "# Shop" > README.md');
  const first = await session.exec('commit "Begin"');
  assert.match(first.stdout, /^[0-9a-f]{7,}\n$/);
  console.log('committed with a function that was defined two calls ago');

  await session.exec('feature=add-prices; git switch --quiet --create "$feature"');
  await session.exec(String.raw`printf 'apple,3\npear,4\n' > prices.csv; commit "Add prices" >/dev/null`);
  await session.exec(
    'git switch --quiet main && git merge --quiet --no-ff --message "Merge $feature" "$feature"',
  );
  const log = await session.exec('git log --format=%s --first-parent');
  assert.deepEqual(log.stdout.trimEnd().split('\n'), ['Merge add-prices', 'Begin']);
  console.log('merged the branch whose name the session remembered');

  // A conflict is a result, not an exception: look at it, solve it, go on.
  await session.exec(
    'git switch --quiet --create dearer && sed -i s/3/5/ prices.csv && commit "Dearer" >/dev/null',
  );
  await session.exec('git switch --quiet main && sed -i s/3/2/ prices.csv && commit "Cheaper" >/dev/null');
  const merge = await session.exec('git merge dearer');
  assert.equal(merge.exitCode, 1);
  assert.match(merge.stdout, /CONFLICT \(content\): Merge conflict in prices\.csv/);
  const solved = await session.exec(
    'git checkout --quiet --theirs prices.csv && commit "Merge dearer" && cat prices.csv',
  );
  assert.match(solved.stdout, /\napple,5\npear,4\n$/);
  console.log('solved a merge conflict');

  const { working_dir, functions } = await session.state();
  assert.match(working_dir, /\/shop$/);
  assert.deepEqual(functions, ['commit']);
} finally {
  await manager[Symbol.asyncDispose]();
}
