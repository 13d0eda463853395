/** Compares what a command gave back with what it had to. */
import type { RuntimeOutput } from 'holdfast';
import { type Check, check } from './report.ts';
import type { Expectation } from './scenarios/scenario.ts';

export const checkOutput = (output: RuntimeOutput, expected: Expectation = {}): Check[] => [
  checkEnding(output, expected),
  // Asked of every command: what is lost has to be told.
  check('state', expected.stateLost ? 'lost' : 'kept', output.stateLost ? 'lost' : 'kept'),
  ...checkText('stdout', expected.stdout, output.stdout),
  ...checkText('stderr', expected.stderr, output.stderr),
  ...checkText('result', expected.result, output.result?.text ?? '(none)'),
];

const checkEnding = (output: RuntimeOutput, expected: Expectation): Check => {
  const actual = describeEnding(output);
  if (expected.exitCode !== 'failed') {
    return check('ending', describeEnding({ exitCode: 0, ...expected }), actual);
  }
  const held = output.exitCode !== 0 && actual === describeEnding({ exitCode: output.exitCode });
  return { what: 'ending', expected: 'exit code other than 0', actual, held };
};

interface Ending {
  exitCode: number | string | null;
  exited?: boolean;
  interrupted?: boolean;
  timedOut?: boolean;
  signal?: string | null;
}

/** The same words for what was and what had to be. */
const describeEnding = ({ exitCode, exited, interrupted, timedOut, signal }: Ending): string => {
  if (timedOut) return 'timed out';
  if (interrupted) return 'interrupted';
  if (signal) return `killed by ${signal}`;
  return exited ? `exited with ${exitCode}` : `exit code ${exitCode}`;
};

const checkText = (what: string, expected: string | RegExp | undefined, actual: string): Check[] => {
  if (expected === undefined) return [];
  const held = typeof expected === 'string' ? expected === actual : expected.test(actual);
  const wanted = typeof expected === 'string' ? JSON.stringify(expected) : `${expected}`;
  return [{ what, expected: wanted, actual: JSON.stringify(actual), held }];
};
