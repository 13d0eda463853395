import { describe, expect, it } from 'vitest';
import { readTraits, takesSuffix } from './bash-traits.ts';

describe('care', () => {
  it.each([
    'echo hi',
    'ls -la | grep x',
    'export A=1',
    'f() { echo x; }',
    'cd /tmp && make',
    'declare -A m',
    'git commit -m "x"',
  ])('is not needed for %s', (code) => expect(readTraits(code).careful).toBe(false));

  it.each([
    '. lib.sh',
    'source lib.sh',
    'set -e',
    'trap x EXIT',
    'exec >f',
    'declare -p',
    'kill -9 $$',
    'eval "$x"',
    'break',
  ])('is needed for %s', (code) => expect(readTraits(code).careful).toBe(true));

  it.each([
    ['exec >file', false],
    ['exec 3<&1 4>&-', false],
    ['exec {fd}>file', false],
    ['exec true', true],
    ['kill -9 $$', true],
    ['kill -TERM 0', true],
    ['kill $!', false],
    ['set -n', true],
  ])('saves the state before %s: %s', (code, risky) => expect(readTraits(code).risky).toBe(risky));
});

describe('a last line of our own', () => {
  it.each([
    'echo hi',
    'x=1',
    'f() { echo; }',
    'if true; then echo; fi',
    'echo "a b"',
    '(exit 3)',
    'echo $(ls)',
  ])('can follow %s', (code) => expect(takesSuffix(code)).toBe(true));

  it.each([
    'echo a \\',
    'cat <<E\nx\nE',
    'echo "open',
    'echo a |',
    'a &&',
    'f()',
    'if true; then',
    'for x in a',
    '{ echo',
    'echo # c',
    '',
  ])('can not follow %s', (code) => expect(takesSuffix(code)).toBe(false));
});
