/**
 * `npm test`: everything that must hold before a change is good. It sets the machine up, builds,
 * runs each check and all tests, and ends with a line `N passed, N failed`, in which a check that
 * failed counts as one failure.
 */
import './lib/plain-output.mjs';
import { checkPackages } from './check-packages.mjs';
import { dim, green, red, step, yellow } from './lib/progress.mjs';
import { run } from './lib/run.mjs';
import { describeMissing, findMissing } from './lib/system-tools.mjs';
import { tallyLine } from './lib/tally.mjs';
import { buildPackages } from './lib/turbo.mjs';
import { setUpSystem } from './setup-system.mjs';
import { runTests } from './test-unit.mjs';

await setUpSystem();

const checks = [await step('build (turbo, tsc, rolldown)', () => buildPackages())];
const isBuilt = checks[0]?.ok === true;
checks.push(await step('lint (biome)', () => run('biome', ['ci', '--colors=off'])));
if (isBuilt) {
  checks.push(
    await step('types of tests, examples and scripts (tsc)', () => run('tsc', ['-b', '--pretty', 'false'])),
  );
  checks.push(
    await step('unused files, exports and dependencies (knip)', () =>
      run('knip', ['--no-progress', '--no-config-hints']),
    ),
  );
  checks.push(await step('published packages (publint, attw)', checkPackages));
}

const tests = isBuilt ? await runTests(process.argv.slice(2)) : { passed: 0, failed: 0, leftOut: [] };
const failedChecks = checks.filter((check) => !check.ok);

console.log('');
for (const { name, ok, took } of checks) console.log(`${ok ? green('✓') : red('✗')} ${name} ${dim(took)}`);
console.log(
  `${tests.failed === 0 && isBuilt ? green('✓') : red('✗')} tests${isBuilt ? '' : ' did not run: the build failed'}`,
);
const missing = findMissing();
if (missing.length > 0) console.log(`\n${yellow(describeMissing(missing))}`);
if (tests.leftOut.length > 0)
  console.log(`\n${yellow('Tests left out:')}\n${tests.leftOut.map((name) => `  ${name}`).join('\n')}`);

const total = { ...tests, failed: tests.failed + failedChecks.length };
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
console.log(`\n${tallyLine(total)}`);
