/** Errors that nobody catches: whose they are, who is asked first, and what is said of them. */
import { describe, expect, it } from 'vitest';
import { ownSession } from './testing/own-session.ts';

const session = ownSession();

const throwing = {
  'when it is run': 'throw new Error("x")',
  'after an await': 'await new Promise((r) => setTimeout(r, 5)); throw new Error("x")',
  'in a promise that is its value': '(async () => { await null; throw new Error("x") })()',
};

describe('the user’s handlers are a part of the command that throws', () => {
  for (const [name, code] of Object.entries(throwing)) {
    it(`${name}: they may end it`, async () => {
      await session().exec('process.on("uncaughtException", () => { console.log("bye"); process.exit(9) })');
      expect(await session().exec(code)).toMatchObject({ stdout: 'bye\n', exitCode: 9, exited: true });
    });

    it(`${name}: they may set its exit code`, async () => {
      await session().exec('process.on("uncaughtException", () => { process.exitCode = 4 })');
      expect(await session().exec(code)).toMatchObject({ exitCode: 4, stderr: '' });
      expect(await session().exec('1')).toMatchObject({ exitCode: 0 });
    });

    it(`${name}: they may await`, async () => {
      await session().exec(
        'process.on("uncaughtException", async () => { await null; console.log("then") })',
      );
      expect(await session().exec(code)).toMatchObject({ stdout: 'then\n', exitCode: 0 });
    });

    it(`${name}: they may be there to watch`, async () => {
      await session().exec(
        'process.on("uncaughtExceptionMonitor", (e, from) => console.log(e.message, from))',
      );
      expect(await session().exec(code)).toMatchObject({
        stdout: 'x uncaughtException\n',
        exitCode: 1,
        error: { message: 'x' },
      });
    });
  }

  it('also when they never end', async () => {
    await session().exec(
      'const kept = 7; process.on("uncaughtException", () => { console.log("begun"); for (;;); })',
    );
    for (const code of [
      'throw new Error("x")',
      'setTimeout(() => { throw new Error("x") }, 5); await new Promise(() => {})',
    ]) {
      expect(await session().exec(code, { onStdout: () => void session().interrupt() })).toMatchObject({
        interrupted: true,
        interruption: { stateKept: true },
      });
    }
    expect((await session().exec('kept')).result?.text).toBe('7');
  });

  it('and may fail themselves', async () => {
    await session().exec('process.on("uncaughtException", () => { throw new Error("second") })');
    expect(await session().exec('throw new Error("first")')).toMatchObject({ error: { message: 'second' } });
  });
});

it('are shown as plain Node shows them: in depth, and without what they would make of it', async () => {
  const { stderr } = await session().exec(
    'throw Object.assign(new Error("x"), { a: { b: { c: { d: 1 } } }, [util.inspect.custom]: () => "hidden" })',
  );
  expect(stderr).toContain('a: { b: { c: { d: 1 } } }');
});

it('are told in the order in which they came', async () => {
  const both = 'Promise.reject(new Error("one")); Promise.reject(new Error("two")); 0';
  const { stderr, error } = await session().exec(both);
  expect([stderr.match(/Error: .*/g), error?.message]).toEqual([['Error: one', 'Error: two'], 'one']);
});

it('may end the command while they are shown, as a value may', async () => {
  await session().exec('process.on("SIGINT", () => console.log("never"))');
  for (const code of [
    'throw { message: "m", get stack() { process.exit(3) } }',
    '({ [util.inspect.custom]() { process.exit(3) } })',
  ]) {
    expect(await session().exec(code)).toMatchObject({ exitCode: 3, exited: true, stdout: '', stderr: '' });
  }
  expect(await session().exec('1')).toMatchObject({ exitCode: 0, exited: false });
});
