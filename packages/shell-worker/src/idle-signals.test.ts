/** A signal, or TMOUT, that comes to a shell between two commands: state is kept, and the next ones are run as if it had not come. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createSessionManager } from '@holdfast/core';
import { withSession } from '@holdfast/core/testing';
import type { RuntimeSession } from '@holdfast/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { bash } from './index.ts';
import { signal, stop } from './testing/signals.ts';

const manager = createSessionManager({ languages: [bash()] });
afterAll(() => manager[Symbol.asyncDispose]());

/** Starts the kernel, which runs no command for it. */
const pidOf = async (session: RuntimeSession): Promise<number> => {
  const started = new Promise<number>((resolve) => {
    session.subscribe((event) => event.type === 'kernel-started' && resolve(event.pid));
  });
  await session.state();
  return started;
};

/** Holds the kernel up until it has been sent a command as well: the signal is there before the command is read. */
const signalBefore = async (
  session: RuntimeSession,
  pid: number,
  run: () => Promise<unknown>,
): Promise<void> => {
  await stop(pid);
  const begun = new Promise<void>((resolve) => {
    session.subscribe((event) => event.type === 'command-started' && resolve());
  });
  signal(pid, 'SIGINT');
  const running = run();
  await begun;
  signal(pid, 'SIGCONT');
  await running;
};

/** Of a session with `kept=value` and an exported `laid=before`: by a command with its own, and by an inquiry. */
const signalBeforeContext = async (session: RuntimeSession, pid: number): Promise<void> => {
  await signalBefore(session, pid, async () => {
    const { stdout } = await session.exec('echo "$laid $kept $PWD"', {
      cwd: '/usr',
      env: { laid: 'over' },
    });
    expect(stdout).toBe('over value /usr\n');
  });
  await stop(pid);
  signal(pid, 'SIGINT');
  const [state] = await Promise.all([session.state(), signal(pid, 'SIGCONT')]);
  expect(state.env_vars.laid).toBe('before');
};

const commands: Record<string, [code: string, stdout: string]> = {
  'a plain command': ['echo "out $kept"; echo error >&2; n=$((n + 1))', 'out value\n'],
  'a command that is run with care': [
    'set +f; echo "out $kept"; echo error >&2; n=$((n + 1))',
    'out value\n',
  ],
  'a command in other letters': ['echo "é $kept"; echo error >&2; n=$((n + 1))', 'é value\n'],
  'a long command': [
    `: ${'x'.repeat(200_000)}; echo "out $kept"; echo error >&2; n=$((n + 1))`,
    'out value\n',
  ],
  'a command that holds the mark of an exit': [
    'echo "\x02 $kept"; echo error >&2; n=$((n + 1))',
    '\x02 value\n',
  ],
};

describe('SIGINT between two commands', () => {
  for (const [name, [code, stdout]] of Object.entries(commands)) {
    it(`is not for ${name}`, () =>
      withSession(manager, {}, async (session) => {
        const pid = await pidOf(session);
        await session.exec('kept=value n=0');
        for (let round = 1; round <= 3; round += 1) {
          await signalBefore(session, pid, async () => {
            expect(await session.exec(code)).toMatchObject({
              stdout,
              stderr: 'error\n',
              exitCode: 0,
              exited: false,
            });
          });
          expect((await session.exec('echo "$n $kept"')).stdout).toBe(`${round} value\n`);
        }
      }));
  }

  it('leaves a fresh bash its output, whatever it is told first', () =>
    withSession(manager, {}, async (session) => {
      const pid = await pidOf(session);
      signal(pid, 'SIGINT');
      expect((await session.exec('set +f; echo careful')).stdout).toBe('careful\n');
      expect((await session.exec('echo plain; echo error >&2')).stdout).toBe('plain\n');
      expect((await session.exec('readlink /proc/$$/fd/0')).stdout).toBe('/dev/null\n');
    }));

  it('is not for a command with a context of its own, nor for an inquiry', () =>
    withSession(manager, {}, async (session) => {
      const pid = await pidOf(session);
      await session.exec('kept=value; export laid=before');
      await signalBeforeContext(session, pid);
      expect((await session.exec('echo "$laid $PWD"')).stdout).not.toContain('over');
    }));

  it('keeps $?, PIPESTATUS, options, aliases, traps, redirected descriptors and functions over builtins', () =>
    withSession(manager, {}, async (session, folder) => {
      const pid = await pidOf(session);
      await session.exec(
        'exec 3>&1 >file; shopt -s expand_aliases; alias hi="echo hi"; set -eE; set -o pipefail',
      );
      await session.exec('trap "debugged=1" DEBUG; trap "echo bye >&2" EXIT; exec() { builtin exec "$@"; }');
      const look = 'echo "$? ${PIPESTATUS[@]} $-" >&2; hi; trap -p DEBUG >&2; declare -F exec >&2';
      const first = await session.exec(look);
      expect(first.stderr).toMatch(/^0 0 ehBE\ntrap -- 'debugged=1' DEBUG\nexec\n$/);
      await signalBefore(session, pid, async () => {
        expect(await session.exec(look)).toMatchObject({ stderr: first.stderr, exitCode: first.exitCode });
      });
      signal(pid, 'SIGINT');
      expect(await session.exec(look)).toMatchObject({ stderr: first.stderr, exitCode: first.exitCode });
      expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('hi\nhi\nhi\n');
      await session.exec('set +e; true | (exit 7) | true');
      signal(pid, 'SIGINT');
      expect((await session.exec('echo "$? ${PIPESTATUS[@]}" >&2')).stderr).toBe('7 0 7 0\n');
      expect(await session.exec('exit 4')).toMatchObject({ stderr: 'bye\n', exitCode: 4 });
    }));

  it('ends the command that is asked to stop before it begins, and nothing else', () =>
    withSession(manager, {}, async (session) => {
      const pid = await pidOf(session);
      await session.exec('kept=value; trap "echo bye" EXIT');
      await stop(pid);
      const run = session.exec('n=1; echo never', { timeoutMs: 50 });
      const next = session.exec('echo "${n-unset} $kept"');
      expect(await run).toMatchObject({ stdout: '', exitCode: 130, timedOut: true, epoch: 1 });
      expect(await next).toMatchObject({ stdout: 'unset value\n', exitCode: 0, exited: false });
      expect(await session.exec('exit 4')).toMatchObject({ stdout: 'bye\n', exitCode: 4 });
    }));
});

const missing = process.env.HOLDFAST_MISSING?.split(',') ?? [];

describe.skipIf(missing.includes('dash'))('SIGINT between two commands of dash', () => {
  it('is not for the next one, nor for an inquiry', () =>
    withSession(manager, { shell: 'dash' }, async (session) => {
      const pid = await pidOf(session);
      signal(pid, 'SIGINT');
      expect((await session.exec('echo first; echo error >&2')).stdout).toBe('first\n');
      await session.exec('kept=value n=0; export laid=before; trap "echo bye" EXIT');
      for (let round = 1; round <= 3; round += 1) {
        await signalBefore(session, pid, async () => {
          const run = session.exec('echo "out $kept"; echo error >&2; n=$((n + 1))');
          expect(await run).toMatchObject({ stdout: 'out value\n', stderr: 'error\n', exited: false });
        });
        expect((await session.exec('(exit 7)')).exitCode).toBe(7);
        signal(pid, 'SIGINT');
        expect((await session.exec('echo "$? $n $kept"')).stdout).toBe(`7 ${round} value\n`);
      }
      await signalBeforeContext(session, pid);
      expect(await session.exec('exit 4')).toMatchObject({ stdout: 'bye\n', exitCode: 4, epoch: 1 });
    }));
});

// Once: a fresh zsh inherits that SIGINT is blocked, and takes it when it has started a process.
describe.skipIf(missing.includes('zsh'))('SIGINT between two commands of zsh', () => {
  it('is not for the next one', () =>
    withSession(manager, { shell: 'zsh' }, async (session) => {
      const pid = await pidOf(session);
      await session.exec('kept=value n=0; trap "echo bye" EXIT; (exit 7)');
      await signalBefore(session, pid, async () => {
        const run = session.exec('echo "$? $kept"; echo error >&2; n=$((n + 1))');
        expect(await run).toMatchObject({ stdout: '7 value\n', stderr: 'error\n', exited: false });
      });
      expect((await session.exec('echo "$n $kept"')).stdout).toBe('1 value\n');
      expect(await session.exec('exit 4')).toMatchObject({ stdout: 'bye\n', exitCode: 4, epoch: 1 });
    }));
});

describe('TMOUT', () => {
  const held = [
    'echo plain',
    'set +f; echo careful',
    'echo é',
    'exit 3',
    `echo long; : ${'x'.repeat(3_800)}`,
  ];

  it('does not part a bash that is held up from what it is sent', () =>
    withSession(manager, {}, async (session) => {
      const pid = await pidOf(session);
      await session.exec('kept=value TMOUT=1');
      for (const code of held) {
        await stop(pid);
        const run = session.exec(code);
        // The time is what is tested.
        await delay(1_100);
        signal(pid, 'SIGCONT');
        const exitCode = code === 'exit 3' ? 3 : 0;
        expect(await run).toMatchObject({ exitCode, exited: exitCode === 3, epoch: 1 });
        expect((await session.exec('echo $kept')).stdout).toBe('value\n');
      }
    }));
});
