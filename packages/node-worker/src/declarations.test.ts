/** What a session makes of names: who declares them, who may assign to them, and from when on they are there. */
import { describe, expect, it } from 'vitest';
import { ownSession } from './testing/own-session.ts';

const session = ownSession();

const resultOf = async (code: string): Promise<string | undefined> =>
  (await session().exec(code)).result?.text;

describe('declarations', () => {
  it('can be made again, in any kind, and closures see the new ones', async () => {
    await session().exec('const x = 1; let y = 1; class A { v() { return 1 } }; function f() { return x }');
    await session().exec('const x = 2; var y = 5; class A { v() { return 2 } }');
    expect(await resultOf('[x, y, new A().v(), f()]')).toBe('[ 2, 5, 2, 2 ]');
    await session().exec('function x() { return "fn" }');
    expect(await resultOf('x()')).toBe("'fn'");
    await session().exec('let f = 3');
    expect(await resultOf('f')).toBe('3');
  });

  it('that fail do not use up their names, and keep what they had', async () => {
    await session().exec('let a = 1; const late0 = 0');
    expect((await session().exec('let a = nope()')).error?.name).toBe('ReferenceError');
    expect(await resultOf('a')).toBe('1');
    await session().exec('const qty = 5; throw new Error("stop"); const late = "never"');
    expect(await resultOf('[qty, typeof late]')).toBe("[ 5, 'undefined' ]");
    expect((await session().state()).variables.map(({ name }) => name)).toEqual(['a', 'late0', 'qty']);
    expect(await resultOf('late = 3; const late2 = late; late2')).toBe('3');
  });

  it('of constants hold in later commands, until they are declared again', async () => {
    await session().exec('const rate = 3');
    expect((await session().exec('rate = 4')).error).toMatchObject({
      name: 'TypeError',
      message: 'Assignment to constant variable.',
    });
    expect(await resultOf('((rate) => (rate = 9))(1)')).toBe('9');
    for (const code of ['[rate] = [4]', 'let o; ({ o = rate, rate } = { rate: 4 })', 'for (rate of [4]);']) {
      expect((await session().exec(code)).error?.message).toBe('Assignment to constant variable.');
    }
    expect(await resultOf('rate')).toBe('3');
    await session().exec('let rate = 5');
    expect(await resultOf('rate = 6')).toBe('6');
  });

  it('leave a block its functions, also where an earlier command declared the name', async () => {
    await session().exec('const f = 1');
    const code = 'console.log(f); { function f() { return 2 } console.log(f()) } console.log(f)';
    for (const whole of [code, `await 0; ${code}`, `let f = 1; ${code}`, `let f = await 1; ${code}`]) {
      expect(await session().exec(whole)).toMatchObject({ stdout: '1\n2\n1\n', stderr: '' });
      expect(await resultOf('f')).toBe('1');
    }
  });

  it('stay free where code is long', async () => {
    const numbers = '1,'.repeat(200_000);
    expect(await resultOf(`const long = [${numbers}]; await long.length`)).toBe('200000');
    expect(await resultOf('const long = 2; long')).toBe('2');
  });

  it('are not there above their own line, however they are used', async () => {
    for (const code of [
      'new A(); class A {}',
      'b`x`; let b',
      '[c] = [1]; let c',
      '({ d = 1 } = {}); const d = 2',
    ]) {
      expect((await session().exec(code)).error?.name).toBe('ReferenceError');
    }
  });

  it('stay off the global object, but for var and functions', async () => {
    await session().exec('let a = 1; const b = 2; class C {}; var d = 4; function e() {}');
    expect(await resultOf('["a", "b", "C", "d", "e"].map((n) => n in globalThis)')).toBe(
      '[ false, false, false, true, true ]',
    );
  });

  it('survive those made behind the kernel’s back', async () => {
    await session().exec('vm.runInThisContext("let hidden = 1")');
    await session().exec('let hidden = 2, other = 3');
    expect(await resultOf('[hidden, other]')).toBe('[ 2, 3 ]');
  });
});
