import { expect, test } from 'vitest';
import { type Arguments, parseArguments } from './arguments.ts';

const parse = (args: string[], env: NodeJS.ProcessEnv = {}, isTerminal = true): Arguments =>
  parseArguments(args, { env, isTerminal });

test('the board is for terminals that can draw it', () => {
  expect(parse([])).toEqual({ face: 'terminal', help: false, paceMs: 650 });
  expect(parse([], {}, false)).toEqual({ face: 'plain', help: false, paceMs: 0 });
  expect(parse([], { CI: 'true' }).face).toBe('plain');
  expect(parse([], { CI: 'false' }).face).toBe('terminal');
  expect(parse([], { TERM: 'dumb' }).face).toBe('plain');
  expect(parse(['--plain']).face).toBe('plain');
  expect(parse(['--json']).face).toBe('json');
});

test('the pace can be set for every face', () => {
  expect(parse(['--pace', '0']).paceMs).toBe(0);
  expect(parse(['--plain', '--pace', '200']).paceMs).toBe(200);
});

test.each([
  [['--pace', '-1'], /--pace/],
  [['--pace', '2001'], /--pace takes a whole number of milliseconds from 0 to 2000, not 2001\./],
  [['--plain', '--json'], /exclude each other/],
  [['--colour'], /--colour/],
  [['now'], /now/],
])('%j is refused', (args, message) => {
  expect(() => parse(args)).toThrow(message);
});
