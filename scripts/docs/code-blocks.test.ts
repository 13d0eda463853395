import { expect, test } from 'vitest';
import { readCodeBlocks, toPrograms } from './code-blocks.ts';

const fence = '```';
const page = (...lines: string[]): string => lines.join('\n');

test('blocks without imports go on with the program before them', () => {
  const markdown = page(
    `${fence}ts`,
    "import { a } from 'a';",
    'console.log(a); // 1',
    fence,
    'and then',
    `${fence}ts`,
    'console.log(a + 1); // 2',
    fence,
    `${fence}js`,
    "import { b } from 'b';",
    fence,
  );
  expect(toPrograms(readCodeBlocks(markdown))).toEqual([
    {
      isTypeScript: true,
      parts: [
        { line: 2, code: "import { a } from 'a';\nconsole.log(a); // 1\n", prints: '1\n' },
        { line: 7, code: 'console.log(a + 1); // 2\n', prints: '2\n' },
      ],
    },
    { isTypeScript: false, parts: [{ line: 10, code: "import { b } from 'b';\n", prints: '' }] },
  ]);
});

test('a text block is output only after the word prints', () => {
  const code = [`${fence}js`, "import 'a';", fence];
  const text = [`${fence}text`, 'one', 'two', fence];
  const said = toPrograms(readCodeBlocks(page(...code, '', 'prints', '', ...text)));
  expect(said[0]?.parts[0]?.prints).toBe('one\ntwo\n');
  const unsaid = toPrograms(readCodeBlocks(page(...code, '', 'The map:', '', ...text)));
  expect(unsaid[0]?.parts[0]?.prints).toBe('');
});

test('a block without an end is an error', () => {
  expect(() => readCodeBlocks(page('text', `${fence}js`, 'open'))).toThrow('begins in line 2 has no end');
});
