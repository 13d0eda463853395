/** A branch, a merge and a log, in a repository that each command finds where the last one left it. */
import type { Scenario } from './scenario.ts';

export const gitWorkflow: Scenario = {
  name: 'git',
  language: 'bash',
  proves: 'cd, exports, a function and an array carried a branch and its merge',
  // The user's own git settings (signing, hooks) are none of the demo's business.
  config: { env: { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' } },
  steps: [
    { code: 'git init -q -b main shop && cd shop' },
    {
      code: `export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org
export GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org`,
    },
    { code: `save() { git add --all && git commit -qm "$1" && titles+=("$1"); }` },
    { code: `echo 'price = 10' >shop.conf && save 'Open the shop'` },
    { code: `git switch -qc sale && echo 'price = 7' >shop.conf && save 'Start the sale'` },
    { code: `git switch -q main && echo 'open = 9 to 17' >hours.conf && save 'Post the hours'` },
    {
      code: 'git merge -q --no-ff --no-edit sale && git log --format=%s',
      expect: { stdout: /^Merge branch 'sale'\n(?:.+\n){3}$/ },
    },
    { code: 'git rev-list --count HEAD', expect: { stdout: '4\n' } },
    {
      code: `printf '%s, ' "\${titles[@]}"; cat shop.conf; echo "$GIT_AUTHOR_NAME in \${PWD##*/}"`,
      expect: { stdout: 'Open the shop, Start the sale, Post the hours, price = 7\nAda in shop\n' },
    },
  ],
};
