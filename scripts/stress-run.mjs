/**
 * `npm run test:stress -- [--rounds 5] [vitest's arguments]`: runs the tests again and again beside
 * one busy loop per core, to bring out the races that a quiet machine hides.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { step } from './lib/progress.mjs';
import { run } from './lib/run.mjs';

const { values, tokens } = parseArgs({
  options: { rounds: { type: 'string', default: '5' } },
  strict: false,
  tokens: true,
});
const rounds = Number(values.rounds);
const roundsToken = tokens.find((token) => token.kind === 'option' && token.name === 'rounds');
const forVitest = process.argv.slice(2).filter((_, index) => {
  const at = roundsToken?.index ?? Number.NaN;
  return index !== at && !(index === at + 1 && roundsToken?.kind === 'option' && !roundsToken.inlineValue);
});

const loops = Array.from({ length: availableParallelism() }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
);
process.on('exit', stopLoops);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

let failures = 0;
for (let round = 1; round <= rounds; round += 1) {
  const { ok } = await step(`round ${round} of ${rounds}`, async () => {
    const result = await run(process.execPath, ['scripts/test-unit.mjs', ...forVitest]);
    const lastLine = result.output.trimEnd().split('\n').at(-1) ?? '';
    return { ...result, note: lastLine };
  });
  failures += ok ? 0 : 1;
}
stopLoops();
console.log(`${rounds - failures} rounds passed, ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;

function stopLoops() {
  for (const loop of loops) loop.kill('SIGKILL');
}
