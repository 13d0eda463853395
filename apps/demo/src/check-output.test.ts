import type { RuntimeOutput } from 'holdfast';
import { expect, test } from 'vitest';
import { checkOutput } from './check-output.ts';
import type { Expectation } from './scenarios/scenario.ts';

const success = {
  stdout: 'a\n',
  stderr: '',
  exitCode: 0,
  signal: null,
  timedOut: false,
  interrupted: false,
  exited: false,
} as RuntimeOutput;

const failures = (output: Partial<RuntimeOutput>, expected?: Expectation): string[] =>
  checkOutput({ ...success, ...output }, expected)
    .filter(({ held }) => !held)
    .map(({ what, actual }) => `${what}: ${actual}`);

const stateLost = { reason: 'test', language: 'bash' } as const;

test.each<[string, Partial<RuntimeOutput>, Expectation | undefined, string[]]>([
  ['plain success', {}, undefined, []],
  ['a failure', { exitCode: 1 }, undefined, ['ending: exit code 1']],
  ['the failure that was expected', { exitCode: 1 }, { exitCode: 1 }, []],
  ['any failure', { exitCode: 9 }, { exitCode: 'failed' }, []],
  ['success where a failure was expected', {}, { exitCode: 'failed' }, ['ending: exit code 0']],
  [
    'a timeout where a failure was expected',
    { exitCode: 124, timedOut: true },
    { exitCode: 'failed' },
    ['ending: timed out'],
  ],
  ['an exit', { exitCode: 3, exited: true }, { exitCode: 3 }, ['ending: exited with 3']],
  ['an interrupt', { exitCode: 130, interrupted: true }, { interrupted: true }, []],
  ['no interrupt', {}, { interrupted: true }, ['ending: exit code 0']],
  ['lost state', { stateLost }, undefined, ['state: lost']],
  ['lost state that was expected', { stateLost }, { stateLost: true }, []],
  ['another text', {}, { stdout: 'b\n' }, ['stdout: "a\\n"']],
  ['a text that matches', {}, { stdout: /^a$/m }, []],
  ['no value', {}, { result: '1' }, ['result: "(none)"']],
])('%s', (_name, output, expected, wanted) => {
  expect(failures(output, expected)).toEqual(wanted);
});
