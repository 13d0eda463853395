/** Counts what vitest ran. Whatever kept tests from running counts as failed, so that the last line never lies. */

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed tests, modules and suites that broke outside their tests, unhandled errors
 * @property {string[]} leftOut full names of the tests that did not run
 */

/**
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @param {number} unhandledErrors
 * @returns {Tally}
 */
export function tally(modules, unhandledErrors) {
  /** @type {Tally} */
  const result = { passed: 0, failed: unhandledErrors, leftOut: [] };
  for (const module of modules) {
    // A module that cannot be loaded, or a suite whose hook throws, has errors of its own.
    result.failed += module.errors().length > 0 ? 1 : 0;
    for (const suite of module.children.allSuites()) result.failed += suite.errors().length > 0 ? 1 : 0;
    for (const test of module.children.allTests()) count(result, test, module.relativeModuleId);
  }
  return result;
}

/**
 * @param {Tally} result
 * @param {import('vitest/node').TestCase} test
 * @param {string} moduleName
 */
function count(result, test, moduleName) {
  const { state } = test.result();
  if (state === 'passed') result.passed += 1;
  else if (state === 'failed') result.failed += 1;
  else result.leftOut.push(`${moduleName} > ${test.fullName}`);
}

/** @param {Tally} result */
export const tallyLine = ({ passed, failed }) => `${passed} passed, ${failed} failed`;
