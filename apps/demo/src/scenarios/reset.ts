/** A reset: what was is gone, its background job included, and the session goes on afresh. */
import type { Scenario } from './scenario.ts';

// A dead process that nobody has reaped yet still has a folder in /proc, but no program.
const lives = `const lives = (pid) => require('node:fs').existsSync('/proc/' + pid + '/exe');`;

export const reset: Scenario = {
  name: 'reset',
  language: 'node',
  proves: 'a reset left nothing of the old state, not even a detached process',
  epoch: 2,
  steps: [
    { code: `const secret = 'swordfish';\n${lives}` },
    {
      code: `const { spawn } = require('node:child_process');
const job = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
require('node:fs').writeFileSync('job.pid', String(job.pid));`,
    },
    { code: '[secret, lives(job.pid)]', expect: { result: `[ 'swordfish', true ]` } },
    { reset: true },
    { code: 'typeof secret', expect: { result: `'undefined'` } },
    {
      code: `const pid = Number(require('node:fs').readFileSync('job.pid', 'utf8'));\n${lives}`,
    },
    { code: 'lives(pid)', expect: { result: 'false' } },
    { code: `const secret = 'marlin';\nsecret`, expect: { result: `'marlin'` } },
  ],
};
