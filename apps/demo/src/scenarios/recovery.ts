/** What breaks other shells: `exit`, an unclosed quote, and a kill that costs one command, and says so. */
import type { Scenario } from './scenario.ts';

export const recovery: Scenario = {
  name: 'recovery',
  language: 'bash',
  proves: 'exit and an unclosed quote cost nothing; SIGKILL cost its own command, and said so',
  config: { setup: ['greet() { echo "hello $1"; }'] },
  epoch: 2,
  steps: [
    { code: 'cart=(apple pear); greet Ada', expect: { stdout: 'hello Ada\n' } },
    { code: 'exit 3', expect: { exitCode: 3, exited: true } },
    { code: 'echo "${#cart[@]} in the cart"', expect: { stdout: '2 in the cart\n' } },
    { code: `echo 'this quote never ends`, expect: { stderr: /unexpected EOF/, exitCode: 'failed' } },
    { code: 'echo "${cart[*]}"', expect: { stdout: 'apple pear\n' } },
    // The kernel itself dies. Its successor has what there was before this command, and set-up runs again.
    { code: 'cart+=(plum); kill -KILL $$', expect: { signal: 'SIGKILL', stateLost: true } },
    { code: 'echo "${cart[*]}"; greet Grace', expect: { stdout: 'apple pear\nhello Grace\n' } },
  ],
};
