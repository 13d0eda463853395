import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quote, unquote } from './shell-quote.ts';

const text = fc
  .string({ unit: 'binary' })
  .filter((value) => !value.includes('\0') && Buffer.from(value).toString() === value);

it('quotes any text as one word, which bash and dash read back', () => {
  fc.assert(
    fc.property(text, (value) => {
      for (const shell of ['bash', 'dash']) {
        const printed = execFileSync(shell, ['-c', `printf '%s.' ${quote(value)}`], { encoding: 'utf8' });
        expect(printed).toBe(`${value}.`);
      }
    }),
    { numRuns: 20 },
  );
});

it('unquotes what it quotes', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(unquote(quote(value))).toBe(value);
    }),
  );
});

it.each([
  ['plain', 'plain'],
  ['"a \\"b\\" \\$c"', 'a "b" $c'],
  ["$'tab\\there\\nnl \\'q\\' \\303\\251'", "tab\there\nnl 'q' é"],
  ["'it'\\''s'", "it's"],
])('reads %s', (quoted, value) => {
  expect(unquote(quoted)).toBe(value);
});
