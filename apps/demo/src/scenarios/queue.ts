/** Many commands sent at once to one session: each needs what the one before it left. */
import { createHash } from 'node:crypto';
import type { Scenario } from './scenario.ts';

const length = 20;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The chain as it must come out: a link lost, doubled or out of order changes all that follow. */
const links: string[] = [];
for (let link = 1; link <= length; link += 1) links.push(hash(`${links.at(-1) ?? 'start'} ${link}`));

/** @param pauseMs - between two links, so that the queue can be watched as it shrinks */
export const queue = (pauseMs: number): Scenario => ({
  name: 'queue',
  language: 'bash',
  proves: `${length} commands sent at once ran in order, each exactly once: one hash chain`,
  config: { env: { PAUSE: `${pauseMs / 1000}` } },
  steps: [
    { code: 'chain=start links=0' },
    {
      code: `link() {
  chain=$(printf '%s %s' "$chain" "$1" | sha256sum)
  chain=\${chain%% *}
  links=$((links + 1))
  sleep "$PAUSE"
  echo "$links \${chain:0:16}"
}`,
    },
    {
      queue: links.map((link, index) => ({
        code: `link ${index + 1}`,
        expect: { stdout: `${index + 1} ${link.slice(0, 16)}\n` },
      })),
    },
    { code: 'echo "$links $chain"', expect: { stdout: `${length} ${links.at(-1)}\n` } },
  ],
});
