import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { parseDeclarations, scalarOf } from './declare-parser.ts';

const declared = (shell: string, script: string): string =>
  execFileSync(shell, ['-c', script], { encoding: 'utf8' });

it('reads what bash declares', () => {
  const text = declared(
    'bash',
    `s=$'two\\nlines'; export e='a "b" $c \`d\` \\\\'; a=(1 'x y' $'n\\nl'); declare -A m=([k]=v); declare -i i=4; declare -r r; declare -p s e a m i r`,
  );
  const found = parseDeclarations(text);
  expect(found.map(({ name, attributes }) => [name, attributes])).toEqual([
    ['s', ''],
    ['e', 'x'],
    ['a', 'a'],
    ['m', 'A'],
    ['i', 'i'],
    ['r', 'r'],
  ]);
  const [s, e, a, , i, r] = found;
  expect([s, e, i].map((entry) => entry && scalarOf(entry))).toEqual([
    'two\nlines',
    'a "b" $c `d` \\\\',
    '4',
  ]);
  expect(a?.quoted).toBe(`([0]="1" [1]="x y" [2]=$'n\\nl')`);
  expect(r?.quoted).toBeUndefined();
});

it('reads what dash exports', () => {
  const text = declared(
    'dash',
    `export e="it's
two lines"; export -p | grep -A1 ' e='`,
  );
  expect(parseDeclarations(text).map((entry) => [entry.name, scalarOf(entry)])).toEqual([
    ['e', "it's\ntwo lines"],
  ]);
});

it('goes on after a line that it can not read', () => {
  expect(parseDeclarations('what is this\ndeclare -- a="1"\n').map(({ name }) => name)).toEqual(['a']);
});
