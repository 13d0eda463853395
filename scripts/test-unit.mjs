/**
 * `npm run test:unit -- [vitest's arguments]`: builds what has changed, then runs the tests with
 * vitest and ends with a line `N passed, N failed`. `--project core` runs one package's.
 */
import './lib/plain-output.mjs';
import { pathToFileURL } from 'node:url';
import { parseCLI, startVitest } from 'vitest/node';
import { step, yellow } from './lib/progress.mjs';
import { tally, tallyLine } from './lib/tally.mjs';
import { buildPackages } from './lib/turbo.mjs';

/**
 * Runs the tests in this process.
 *
 * @param {string[]} args
 * @returns {Promise<import('./lib/tally.mjs').Tally>}
 */
export async function runTests(args = []) {
  const { filter, options } = parseCLI(['vitest', 'run', ...args]);
  const vitest = await startVitest('test', filter, { ...options, watch: false });
  try {
    return tally(vitest.state.getTestModules(), vitest.state.getUnhandledErrors().length);
  } finally {
    await vitest.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { ok } = await step('build', () => buildPackages());
  if (ok) {
    const result = await runTests(process.argv.slice(2));
    for (const name of result.leftOut) console.log(yellow(`left out: ${name}`));
    console.log(tallyLine(result));
    process.exitCode = result.failed > 0 || result.passed === 0 ? 1 : 0;
  } else {
    process.exitCode = 1;
  }
}
