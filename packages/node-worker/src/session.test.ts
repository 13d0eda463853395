/** What a session makes of values, errors and `process.exit()`. */
import { describe, expect, it } from 'vitest';
import { ownSession } from './testing/own-session.ts';

const session = ownSession();

const resultOf = async (code: string): Promise<string | undefined> =>
  (await session().exec(code)).result?.text;
const printed = async (code: string): Promise<string> => (await session().exec(code)).stdout;

describe('values', () => {
  it('are those of a last expression', async () => {
    expect(await resultOf('1 + 2')).toBe('3');
    expect(await resultOf('({ a: 1, b: "x" })')).toBe("{ a: 1, b: 'x' }");
    expect(await resultOf('await Promise.resolve(7)')).toBe('7');
    expect(await resultOf('Promise.resolve(123)')).toBe('123');
    expect(await resultOf('await 0; Promise.resolve([8])')).toBe('[ 8 ]');
    expect(await resultOf('await 0; (x) => x')).toBe('[Function (anonymous)]');
    expect(await resultOf('-0')).toBe('-0');
    expect(await resultOf('null')).toBe('null');
  });

  it('are not there for anything else', async () => {
    for (const code of [
      'undefined',
      'const v = 5',
      '5; var w = 6',
      'if (true) { 5 }',
      '{ a: 1 }',
      '',
      '// 1',
    ]) {
      expect(await session().exec(code)).toMatchObject({ success: true, stdout: '' });
      expect(await resultOf(code)).toBeUndefined();
    }
  });

  it('are shown in full up to a limit, and thenables are left alone', async () => {
    const text = await resultOf('"x".repeat(1_000_000)');
    expect(text?.length).toBeLessThan(110_000);
    expect(text).toMatch(/more characters$/);
    expect(await resultOf('({ then() { console.log("called") } })')).toBe('{ then: [Function: then] }');
  });
});

describe('errors', () => {
  it('show the line as it was typed', async () => {
    const { stderr, exitCode, error } = await session().exec('let a = 1;\nclass B {}; null.x');
    expect(stderr).toBe(
      [
        '[command 1]:2',
        'class B {}; null.x',
        '                 ^',
        '',
        "TypeError: Cannot read properties of null (reading 'x')",
        '    at [command 1]:2:18',
        '',
      ].join('\n'),
    );
    expect(exitCode).toBe(1);
    expect(error).toEqual({
      name: 'TypeError',
      message: "Cannot read properties of null (reading 'x')",
      traceback: stderr,
    });
  });

  it('tell who called what the kernel has put in place of Node’s own', async () => {
    for (const call of ['process.exit("x")', 'process.stdout.write(5)', 'require("no-such-module")']) {
      const { stderr } = await session().exec(`function caller() { ${call} }\ncaller()`);
      expect(stderr).toMatch(/at caller \(\[command \d\]:1:\d+\)\n {4}at \[command \d\]:2:1\b/);
      expect(stderr).not.toContain('kernel/');
    }
  });

  it('of syntax show line and caret, and nothing runs', async () => {
    const { stderr, stdout } = await session().exec('console.log("no")\nconst m: string = "x"');
    expect(stdout).toBe('');
    expect(stderr).toContain(
      '[command 1]:2\nconst m: string = "x"\n      ^\n\nSyntaxError: Missing initializer in const declaration\n',
    );
    expect((await session().exec('await 0; return 6')).stderr).toBe(
      '[command 2]:1\nawait 0; return 6\n         ^\n\nSyntaxError: Illegal return statement\n',
    );
    expect((await session().exec('export const x = 1')).error?.name).toBe('SyntaxError');
  });

  it('may be any value', async () => {
    const thrown = [
      "'a string'",
      'null',
      'undefined',
      '42',
      '0',
      "''",
      'false',
      'Symbol(sy)',
      "{ code: 'E1' }",
    ];
    const codes = thrown.map((text) => `throw ${text.replace('Symbol(sy)', 'Symbol("sy")')}`);
    for (const [index, code] of codes.entries()) {
      const { stderr, success, error } = await session().exec(code);
      expect([stderr, success, error?.message]).toEqual([
        `Uncaught ${thrown[index]}\n`,
        false,
        thrown[index],
      ]);
    }
  });

  it('that fight being shown are shown as far as they can be', async () => {
    for (const code of [
      'throw new Proxy({}, { get() { throw 1 } })',
      'throw { get message() { throw 1 }, stack: 1 }',
      'Error.prepareStackTrace = () => { throw 1 }; throw new Error("e")',
    ]) {
      expect(await session().exec(code)).toMatchObject({ success: false, exitCode: 1 });
    }
    expect((await session().exec('throw new TypeError("plain")')).error).toMatchObject({ message: 'plain' });
  });

  it('of an earlier command’s timer are told, and fail nobody else', async () => {
    await session().exec(`const beat = setInterval(() => {
      if (!globalThis.go) return;
      clearInterval(beat);
      throw new Error("from before");
    }, 1)`);
    const next = await session().exec(
      'go = true; await new Promise((r) => process.once("uncaughtExceptionMonitor", r)); "fine"',
    );
    expect(next).toMatchObject({ success: true, result: { text: "'fine'" } });
    expect(next.stderr).toContain('Error: from before');
    const own = await session().exec(
      'setTimeout(() => { throw new Error("mid") }, 5); await new Promise(() => {})',
    );
    expect(own).toMatchObject({ success: false, error: { message: 'mid' } });
  });

  it('go to the user’s own handlers first', async () => {
    await session().exec('process.on("uncaughtException", (e) => console.log("got", e.message))');
    expect(await session().exec('throw new Error("x")')).toMatchObject({ stdout: 'got x\n', success: true });
    expect(
      await printed(
        'setTimeout(() => { throw new Error("y") }, 5); await new Promise((r) => setTimeout(r, 50))',
      ),
    ).toBe('got y\n');
  });
});

describe('process.exit', () => {
  it('ends the command wherever it is called, and nothing else', async () => {
    await session().exec('let kept = 42');
    for (const code of [
      'console.log("a"); process.exit(3); console.log("b")',
      'console.log("a"); try { process.exit(3) } catch { console.log("c") } finally { console.log("f") }',
      'console.log("a"); setTimeout(() => process.exit(3), 5); await new Promise(() => {})',
      'console.log("a"); fs.readFile("/etc/hostname", () => process.exit(3)); await new Promise(() => {})',
      'console.log("a"); await fs.promises.stat("/"); process.exit(3); console.log("b")',
      'console.log("a"); process.nextTick(() => process.exit(3)); await new Promise(() => {})',
      'console.log("a"); ({ [util.inspect.custom]() { process.exit(3) } }); process.reallyExit(3)',
    ]) {
      const { stdout, stderr, exitCode, exited, stateLost } = await session().exec(code);
      expect([code, stdout, stderr, exitCode, exited, stateLost]).toEqual([
        code,
        'a\n',
        '',
        3,
        true,
        undefined,
      ]);
    }
    expect(await session().exec('kept')).toMatchObject({ result: { text: '42' }, epoch: 1, exited: false });
  });

  it('lets no code of the command go on later, nor does an interrupt', async () => {
    await session().exec(
      'setTimeout(() => process.exit(5), 5); await new Promise((r) => { resolveIt = r }); leaked = 1',
    );
    const code = `
      const asked = new Promise((_, reject) => { rejectIt = reject }); setImmediate(() => console.log("begun"));
      try { await asked } catch { leaked = 2 } finally { leaked = 3 }`;
    expect(await session().exec(code, { onStdout: () => void session().interrupt() })).toMatchObject({
      interrupted: true,
    });
    const next = await session().exec(
      'resolveIt(); rejectIt(); await new Promise((r) => setTimeout(r, 5)); typeof leaked',
    );
    expect(next).toMatchObject({ stdout: '', stderr: '', result: { text: "'undefined'" } });
  });

  it('runs exit listeners, which may change the code', async () => {
    const code =
      'process.once("exit", (c) => { console.log("bye", c); process.exitCode = 11 }); process.exit(2)';
    expect(await session().exec(code)).toMatchObject({ stdout: 'bye 2\n', exitCode: 11 });
  });

  it('has its code checked by Node, and cut to a byte', async () => {
    expect((await session().exec('process.exit("abc")')).error?.name).toBe('TypeError');
    expect((await session().exec('process.exit(-1)')).exitCode).toBe(255);
    expect((await session().exec('process.exit()')).exitCode).toBe(0);
  });

  it('exitCode counts for one command', async () => {
    expect(await session().exec('process.exitCode = 7; 1')).toMatchObject({
      exitCode: 7,
      success: false,
      exited: false,
    });
    expect(await session().exec('process.exitCode')).toMatchObject({ exitCode: 0, success: true });
  });
});

describe('modules', () => {
  it('come with require, as in the REPL', async () => {
    expect(await resultOf('[typeof require, typeof module, typeof exports, require.main === module]')).toBe(
      "[ 'function', 'object', 'object', true ]",
    );
    expect(await resultOf('[process.argv.length, process.execArgv.length, typeof fs.readFileSync]')).toBe(
      "[ 1, 0, 'function' ]",
    );
    expect(await resultOf('require("module").builtinModules.filter((n) => n.startsWith("internal"))')).toBe(
      '[]',
    );
  });

  it('resolve from the working directory, whichever it is', async () => {
    const code = `
      const dir = fs.mkdtempSync(os.tmpdir() + '/holdfast-modules-');
      fs.writeFileSync(dir + '/here.cjs', 'module.exports = "cjs here"');
      fs.writeFileSync(dir + '/here.mjs', 'export default "esm here"; export const named = __filename_free()\\nfunction __filename_free() { return 1 }');
      fs.mkdirSync(dir + '/node_modules/pkg-here', { recursive: true });
      fs.writeFileSync(dir + '/node_modules/pkg-here/index.js', 'exports.name = "pkg"');
      process.chdir(dir);`;
    await session().exec(code);
    await session().exec('import esm, { named } from "./here.mjs"; import { name } from "pkg-here"');
    expect(
      await resultOf('[require("./here.cjs"), esm, named, name, (await import("./here.mjs")).default]'),
    ).toBe("[ 'cjs here', 'esm here', 1, 'pkg', 'esm here' ]");
    expect(await resultOf('[__dirname === dir, __filename === dir + "/[command]"]')).toBe('[ true, true ]');
    expect((await session().state()).imports).toMatchObject({ esm: './here.mjs', name: 'pkg-here' });
    await session().exec('process.chdir("/"); fs.rmSync(dir, { recursive: true })');
  });

  it('may be asked for with attributes, by their old name too', async () => {
    const source = JSON.stringify('data:application/json,{"a":1}');
    for (const word of ['with', 'assert'])
      expect(await resultOf(`import json from ${source} ${word} { type: "json" }; json`)).toBe('{ a: 1 }');
    expect((await session().exec('import 5 assert')).error?.name).toBe('SyntaxError');
  });

  it('are asked for anew in another directory', async () => {
    await session().exec(`
      const places = ['one', 'two'].map((name) => fs.mkdtempSync(os.tmpdir() + '/holdfast-' + name));
      for (const place of places) fs.writeFileSync(place + '/m.mjs', 'export default ' + JSON.stringify(place));
      const load = () => import('./m.mjs');`);
    for (const n of [0, 1, 0]) {
      await session().exec(`process.chdir(places[${n}])`);
      expect(await resultOf('(await load()).default === process.cwd()')).toBe('true');
      expect(await resultOf('import own from "./m.mjs"; own === process.cwd()')).toBe('true');
    }
    await session().exec(
      'process.chdir("/"); for (const place of places) fs.rmSync(place, { recursive: true })',
    );
  });
});
