import { expect, it } from 'vitest';
import { findFunctions } from './posix-functions.ts';

it('finds function definitions, however they are laid out', () => {
  const code = `greet() { echo "hi } $1"; }
noise=1; sub () ( cd /; pwd )
if true; then inner() {
  case $1 in a) echo ')';; esac # }
}; fi`;
  expect([...findFunctions(code)]).toEqual([
    ['greet', 'greet() { echo "hi } $1"; }'],
    ['sub', 'sub () ( cd /; pwd )'],
    ['inner', "inner() {\n  case $1 in a) echo ')';; esac # }\n}"],
  ]);
});

it('takes the later of two, and leaves out what never ends', () => {
  expect([...findFunctions('f() { echo 1; }; f() { echo 2; }; g() { echo')]).toEqual([
    ['f', 'f() { echo 2; }'],
  ]);
});
