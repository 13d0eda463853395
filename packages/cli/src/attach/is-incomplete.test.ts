import { describe, expect, it } from 'vitest';
import { isIncomplete } from './is-incomplete.ts';

describe.each([
  [
    'bash',
    [
      'for n in 1 2; do',
      'echo "open',
      "echo 'open",
      'cat <<END\nline',
      'f() {',
      'echo one \\',
      'if true',
      'echo $(',
      'a | ',
    ],
  ],
  ['python', ['if True:', 'if True:\n  x = 1', 'f(1,', "'''open", 'x = [', '@decorated']],
  ['node', ['const f = () => {', 'f(1', 'f(1,', 'const x = `open', 'if (true) {\n  await x;']],
] as const)('%s goes on', (language, texts) => {
  it.each(texts.map((text) => [text]))('%j', async (text) => {
    expect(await isIncomplete(text, language)).toBe(true);
  });
});

describe.each([
  [
    'bash',
    [
      'echo one',
      'for n in 1; do echo $n; done',
      'cat <<END\nline\nEND',
      'echo ")"',
      ')',
      'done',
      'echo \\\\',
    ],
  ],
  ['python', ['x = 1', 'if True:\n  x = 1\n', 'x ===', 'f(1)', 'print("a: b")']],
  ['node', ['f(1 2)', 'await f()', 'const { a } = b', '}', 'import "x"', 'f(1)']],
] as const)('%s is whole, or wrong', (language, texts) => {
  it.each(texts.map((text) => [text]))('%j', async (text) => {
    expect(await isIncomplete(text, language)).toBe(false);
  });
});
