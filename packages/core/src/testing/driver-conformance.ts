/**
 * What every driver has to do, as checks that any language can be put through.
 *
 * Each is one promise of the design, asserted on exact values. A language package runs them all:
 * `for (const { name, run } of driverConformance) it(name, () => run(context))`.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeSession, RuntimeSessionManager, SessionConfig } from '@holdfast/protocol';
import { commandLineOf, findMarked } from '../kernel/process-table.ts';
import type { Dialect } from './dialects.ts';
import { withSession } from './with-session.ts';

export interface ConformanceContext {
  manager: RuntimeSessionManager;
  dialect: Dialect;
}

export interface ConformanceCheck {
  name: string;
  run(context: ConformanceContext): Promise<void>;
}

interface Bench {
  session: RuntimeSession;
  dialect: Dialect;
  /** Empty, and gone afterwards. */
  folder: string;
}

const check = (
  name: string,
  body: (bench: Bench) => Promise<void>,
  config: SessionConfig = {},
): ConformanceCheck => ({
  name,
  run: ({ manager, dialect }) =>
    withSession(manager, { ...dialect.config, ...config }, (session, folder) =>
      body({ session, dialect, folder }),
    ),
});

const waitFor = (file: string): string => `while [ ! -e ${file} ]; do sleep 0.01; done`;

export const driverConformance: ConformanceCheck[] = [
  check('keeps variables and the working directory', async ({ session, dialect, folder }) => {
    await session.exec(dialect.set('kept', 'from before'));
    await session.exec(dialect.cd('/usr'));
    assert.equal((await session.exec(dialect.get('kept'))).stdout, 'from before\n');
    assert.equal((await session.exec(dialect.pwd)).stdout, '/usr\n');
    await session.exec(dialect.cd(folder));
  }),

  check('gives stdout and stderr apart, and every byte as it is', async ({ session, dialect }) => {
    const text = await session.exec(`${dialect.print('to out')}\n${dialect.printError('to err')}`);
    assert.deepEqual(
      [text.stdout, text.stderr, text.exitCode, text.success],
      ['to out\n', 'to err\n', 0, true],
    );
    const raw = await session.exec(dialect.rawBytes, { encoding: 'bytes' });
    assert.deepEqual([...raw.stdout], [0, 255, 254, 10]);
  }),

  check('ends the command, not the session, on exit', async ({ session, dialect }) => {
    await session.exec(dialect.set('kept', 'still here'));
    const { exitCode, exited, success, stateLost, stdout } = await session.exec(
      `${dialect.print('before')}\n${dialect.exit(3)}\n${dialect.print('after')}`,
    );
    assert.deepEqual([exitCode, exited, success, stateLost, stdout], [3, true, false, undefined, 'before\n']);
    const next = await session.exec(dialect.get('kept'));
    assert.deepEqual([next.stdout, next.epoch], ['still here\n', 1]);
  }),

  check('gives a syntax error as a result', async ({ session, dialect }) => {
    const broken = await session.exec(dialect.syntaxError);
    assert.equal(broken.success, false);
    assert.notEqual(broken.stderr, '');
    assert.equal((await session.exec(dialect.print('fine'))).stdout, 'fine\n');
  }),

  check('reads end of file without stdin, and exactly what is given', async ({ session, dialect }) => {
    assert.equal((await session.exec(dialect.readLine)).stdout, 'got nothing\n');
    assert.equal((await session.exec(dialect.readLine, { stdin: 'a line\n' })).stdout, 'got a line\n');
    assert.equal((await session.exec(dialect.readDevStdin, { stdin: 'opened' })).stdout, 'opened');
    const open = session.exec(dialect.readLine, { stdin: 'open' });
    open.write('written later\n');
    open.endInput();
    assert.equal((await open).stdout, 'got written later\n');
    assert.equal((await session.exec(dialect.readLine)).stdout, 'got nothing\n');
  }),

  check('times out an endless loop and keeps state and partial output', async ({ session, dialect }) => {
    await session.exec(dialect.set('kept', 'through it'));
    const { timedOut, success, interruption } = await session.exec(dialect.endlessLoop, { timeoutMs: 300 });
    assert.deepEqual([timedOut, success, interruption?.stateKept], [true, false, true]);
    // How far a command gets within a limit is the machine's affair: this one has printed when it is stopped.
    let seen = '';
    const stopped = await session.exec(`${dialect.print('partial')}\n${dialect.endlessLoop}`, {
      timeoutMs: 0,
      onStdout: (data) => {
        seen += data;
        if (seen === 'partial\n') void session.interrupt();
      },
    });
    assert.deepEqual(
      [stopped.interrupted, stopped.stdout, stopped.interruption?.stateKept],
      [true, 'partial\n', true],
    );
    assert.equal((await session.exec(dialect.get('kept'))).stdout, 'through it\n');
  }),

  check('interrupts a command that waits for a child, and ends the child', async ({ session, dialect }) => {
    await session.exec(dialect.set('kept', 'through it'));
    // The child says so itself: an interrupt while a language starts one may leave it behind, with or without us.
    const running = session.exec(dialect.sleepInChild, {
      onStdout: () => void session.interrupt(),
    });
    const { interrupted, interruption } = await running;
    assert.deepEqual([interrupted, interruption?.stateKept], [true, true]);
    assert.equal((await session.exec(dialect.get('kept'))).stdout, 'through it\n');
    assert.equal((await session.state()).jobs.length, 0);
  }),

  check(
    'says what is lost when the kernel is killed, sets up anew, and goes on',
    async ({ session, dialect }) => {
      await session.exec(dialect.set('lost', 'something'));
      const killed = await session.exec(`${dialect.print('last words')}\n${dialect.killSelf}`);
      assert.deepEqual(
        [killed.stdout, killed.exitCode, killed.signal, killed.epoch],
        ['last words\n', 137, 'SIGKILL', 2],
      );
      assert.ok(killed.stateLost?.reason.includes('SIGKILL'));
      const next = await session.exec(dialect.print('alive'));
      assert.deepEqual([next.stdout, next.epoch, next.stateLost], ['alive\n', 2, undefined]);
    },
  ),

  check('does not wait for background jobs; their output is theirs', async ({ session, dialect, folder }) => {
    const started = await session.exec(dialect.background(`${waitFor('go')}; echo late`));
    assert.deepEqual([started.stdout, started.success], ['', true]);
    const arrived = new Promise<string>((resolve) => {
      session.subscribe((event) => {
        if (event.type === 'late-output' && event.commandId === started.commandId) resolve(event.data);
      });
    });
    const next = await session.exec(dialect.print('meanwhile'));
    writeFileSync(join(folder, 'go'), '');
    assert.equal(await arrived, 'late\n');
    assert.equal(next.stdout, 'meanwhile\n');
    assert.equal((await session.getCommand(started.commandId))?.lateOutput.stdout, 'late\n');
  }),

  check(
    'lists jobs, and kills them on reset, also those that left the group',
    async ({ session, dialect }) => {
      await session.exec(dialect.background('exec sleep 4000'));
      await session.exec(dialect.background('exec setsid sleep 4001'));
      const { env_vars, jobs } = await session.state();
      assert.ok(jobs.length >= 1, `jobs: ${JSON.stringify(jobs)}`);
      const marker = env_vars.HOLDFAST_SESSION ?? '';
      await session.reset();
      // What carries the marker now are kernels: the new one, and a spare on its way.
      const left = findMarked(marker).map(({ pid }) => commandLineOf(pid));
      assert.deepEqual(
        left.filter((line) => line.startsWith('sleep')),
        [],
      );
      assert.equal((await session.state()).jobs.length, 0);
    },
  ),

  check('starts from nothing after a reset', async ({ session, dialect, folder }) => {
    await session.exec(dialect.set('gone', 'value'));
    await session.exec(dialect.cd('/usr'));
    await session.reset();
    assert.equal((await session.exec(dialect.get('gone'))).stdout, 'unset\n');
    assert.equal((await session.exec(dialect.pwd)).stdout, `${folder}\n`);
  }),

  check(
    'gives a kernel the allowlist, the session’s variables, and one command’s own for that command',
    async ({ session, dialect }) => {
      process.env.HOLDFAST_TEST_SECRET = 'hush';
      const read = async (name: string, env?: Record<string, string>): Promise<string> =>
        (await session.exec(dialect.environment(name), env ? { env } : {})).stdout;
      assert.equal(await read('HOLDFAST_TEST_SECRET'), 'unset\n');
      assert.equal(await read('OF_SESSION'), 'given\n');
      assert.equal(await read('OF_SESSION', { OF_SESSION: 'for now' }), 'for now\n');
      assert.equal(await read('OF_SESSION'), 'given\n');
      await session.exec(dialect.exportVariable('EXPORTED', 'by the user'));
      assert.equal(await read('EXPORTED'), 'by the user\n');
      assert.equal((await session.exec(dialect.pwd, { cwd: '/usr' })).stdout, '/usr\n');
      assert.notEqual((await session.exec(dialect.pwd)).stdout, '/usr\n');
    },
    { env: { OF_SESSION: 'given' } },
  ),

  check('gives a megabyte whole, in one piece or in chunks', async ({ session, dialect }) => {
    const size = 1_000_003;
    const { stdout } = await session.exec(dialect.fill(size));
    assert.equal(stdout, 'x'.repeat(size));
    let streamed = '';
    for await (const { stream, data } of session.exec(dialect.fill(size)))
      if (stream === 'stdout') streamed += data;
    assert.equal(streamed, stdout);
  }),

  check(
    'keeps head and tail of what is too much, and counts the rest',
    async ({ session, dialect }) => {
      const { stdout, truncated } = await session.exec(`${dialect.print('first')}\n${dialect.fill(100_000)}`);
      assert.equal(stdout, `first\n${'x'.repeat(994)}`);
      assert.deepEqual(truncated, { stdoutOmittedBytes: 99_006, stderrOmittedBytes: 0 });
    },
    { maxOutputBytes: 1_000 },
  ),

  check('tells its state', async ({ session, dialect }) => {
    await session.exec(dialect.set('visible', 'value'));
    await session.exec(dialect.exportVariable('EXPORTED', 'a b'));
    await session.exec(dialect.cd('/usr'));
    const state = await session.state();
    assert.equal(state.working_dir, '/usr');
    assert.equal(state.env_vars.EXPORTED, 'a b');
    assert.ok(state.variables.some(({ name, preview }) => name === 'visible' && preview.includes('value')));
    assert.deepEqual([state.status, state.epoch], ['idle', 1]);
    assert.equal(state.history.length, 3);
  }),

  check('runs queued commands in order', async ({ session, dialect }) => {
    const numbers = Array.from({ length: 50 }, (_, index) => String(index));
    const outputs = await Promise.all(numbers.map((number) => session.exec(dialect.print(number))));
    assert.deepEqual(
      outputs.map(({ stdout }) => stdout.trim()),
      numbers,
    );
  }),
];
