/**
 * What every manager does, near or far, as checks on exact values: run against a local one and against a
 * daemon's.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RuntimeSession, RuntimeSessionManager, SessionConfig, SessionEvent } from '@holdfast/protocol';

export interface ManagerCheck {
  name: string;
  run(manager: RuntimeSessionManager): Promise<void>;
}

interface Bench {
  manager: RuntimeSessionManager;
  session: RuntimeSession;
  /** The session's workspace id and folder. */
  folder: string;
}

const check = (
  name: string,
  body: (bench: Bench) => Promise<void>,
  config: SessionConfig = {},
): ManagerCheck => ({
  name,
  async run(manager) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-test-')));
    const session = manager.getOrCreateSession(folder, { cwd: folder, ...config });
    try {
      await body({ manager, session, folder });
    } finally {
      await session.terminate();
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

const codeOf = async (promise: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

export const managerConformance: ManagerCheck[] = [
  check('gives one session per workspace, and finds it', async ({ manager, session, folder }) => {
    assert.equal(manager.getOrCreateSession(folder), session);
    assert.equal(manager.getSession(folder), session);
    assert.equal(manager.getSession(`${folder}/other`), null);
    assert.ok(manager.getActiveSessions().includes(session));
    assert.equal(manager.getSessionCount(), manager.getActiveSessions().length);
    assert.match(session.id, /^sess_[0-9a-z]{20}$/);
    const { id } = session;
    await session.exec(':');
    assert.equal(session.id, id);
    assert.equal(session.workspaceId, folder);
  }),

  check('tells status, thread and queue', async ({ session }) => {
    assert.equal(session.status, 'spawning');
    await session.exec(':');
    assert.deepEqual([session.status, session.queueLength, session.isAlive()], ['idle', 0, true]);
    const blocked = session.exec('read -r line', { stdin: 'open' });
    const waiting = [session.exec('echo 1'), session.exec('echo 2')];
    assert.deepEqual([session.status, session.queueLength], ['busy', 2]);
    blocked.endInput();
    await Promise.all([blocked, ...waiting]);
    assert.deepEqual([session.status, session.queueLength], ['idle', 0]);
    assert.equal(typeof session.threadId, 'number');
    assert.ok(Date.now() - session.getLastActivityTime().getTime() < 60_000);
  }),

  check('runs commands in the order of the calls', async ({ session }) => {
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const runs = numbers.map((number) => session.exec(`list="$list ${number}"`));
    const { stdout } = await session.exec('echo "$list"');
    await Promise.all(runs);
    assert.deepEqual(stdout.trim().split(' ').map(Number), numbers);
  }),

  check('ends a session, and makes the workspace a new one', async ({ manager, session, folder }) => {
    await session.exec('kept=yes');
    assert.equal(await manager.terminateSession(folder), true);
    assert.equal(await manager.terminateSession(folder), false);
    assert.deepEqual(
      [session.isAlive(), session.status, manager.getSession(folder)],
      [false, 'terminated', null],
    );
    assert.equal(await session.interrupt(), 'terminated');
    assert.equal(await codeOf(session.exec(':')), 'SESSION_TERMINATED');
    assert.equal(await codeOf(session.state()), 'SESSION_TERMINATED');
    assert.equal(await codeOf(session.reset()), 'SESSION_TERMINATED');
    await session.terminate();
    const next = manager.getOrCreateSession(folder, { cwd: folder });
    assert.notEqual(next.id, session.id);
    assert.equal((await next.exec('echo "${kept-unset}"')).stdout, 'unset\n');
    await next.terminate();
  }),

  check('tells errors by their codes', async ({ manager, session, folder }) => {
    const refused = session.exec('echo x', { timeoutMs: -1 });
    assert.equal(await codeOf(refused), 'INVALID_COMMAND');
    assert.equal(await codeOf(session.eval('1', { language: 'bash' })), 'INVALID_COMMAND');
    assert.throws(() => manager.getOrCreateSession(`${folder}/bad`, { timeoutMs: -1 }), {
      code: 'INVALID_OPTIONS',
    });
    const plain = session.exec('echo fine');
    assert.throws(() => plain.write('x'), { code: 'STDIN_CLOSED' });
    assert.equal((await plain).stdout, 'fine\n');
    assert.throws(() => plain.write('x'), { code: 'STDIN_CLOSED' });
  }),

  check(
    'fills the queue and no more',
    async ({ session }) => {
      await session.exec(':');
      const running = session.exec('read -r line', { stdin: 'open' });
      const queued = session.exec('echo queued');
      assert.equal(await codeOf(session.exec('echo too many')), 'QUEUE_FULL');
      running.endInput();
      assert.equal((await queued).stdout, 'queued\n');
    },
    { maxQueue: 1 },
  ),

  check('cancels a command that runs, one that waits and one that was not sent', async ({ session }) => {
    const controllers = [new AbortController(), new AbortController(), new AbortController()];
    controllers[2]?.abort();
    const running = session.exec('echo begun; sleep 1000', {
      signal: controllers[0]?.signal as AbortSignal,
      onStdout: () => controllers[1]?.abort(),
    });
    const waiting = session.exec('echo never', { signal: controllers[1]?.signal as AbortSignal });
    // Afar, two requests may overtake each other: the one that waits would run if the other went first.
    waiting.catch(() => controllers[0]?.abort());
    const unsent = session.exec('echo never', { signal: controllers[2]?.signal as AbortSignal });
    const facts = await Promise.all(
      [running, waiting, unsent].map((execution) =>
        execution.then(
          () => ['no error'],
          (error) => [error.code, error.data.began, error.data.output?.stdout],
        ),
      ),
    );
    assert.deepEqual(facts, [
      ['COMMAND_CANCELLED', true, 'begun\n'],
      ['COMMAND_CANCELLED', false, undefined],
      ['COMMAND_CANCELLED', false, undefined],
    ]);
    assert.equal((await session.exec('echo alive')).stdout, 'alive\n');
  }),

  check('interrupts and kills by execution, and answers precisely', async ({ session }) => {
    assert.equal(await session.interrupt(), 'idle');
    const first = session.exec('echo go; sleep 1000', {
      onStdout: () => void answers.push(first.interrupt()),
    });
    const answers: Promise<unknown>[] = [];
    const { interrupted, stdout } = await first;
    assert.deepEqual([interrupted, stdout, await answers[0]], [true, 'go\n', 'interrupted']);
    const second = session.exec('echo go; sleep 1000', { onStdout: () => void answers.push(second.kill()) });
    assert.equal((await second).success, false);
    assert.equal(await answers[1], 'interrupted');
    assert.equal(await second.interrupt(), `not-running(${second.id})`);
    assert.equal((await session.exec('echo alive')).stdout, 'alive\n');
  }),

  check('gives output as it comes, to callbacks and readers, also late ones', async ({ session }) => {
    const pieces: string[] = [];
    // Output has a way of its own: its last piece may come after the result.
    let allThere: () => void = () => undefined;
    const all = new Promise<void>((resolve) => {
      allThere = resolve;
    });
    const talk = session.exec('echo one; read -r x; echo two >&2; read -r x; echo three', {
      stdin: 'open',
      onStdout: (data) => {
        pieces.push(`out ${data}`);
        if (pieces.length === 1) talk.write('on\n');
        else allThere();
      },
      onStderr: (data) => {
        pieces.push(`err ${data}`);
        talk.write('on\n');
        talk.endInput();
      },
    });
    const { stdout, stderr } = await talk;
    assert.deepEqual([stdout, stderr], ['one\nthree\n', 'two\n']);
    await all;
    assert.deepEqual(pieces, ['out one\n', 'err two\n', 'out three\n']);

    const over = session.exec('echo all; echo of it >&2');
    await over;
    const read: string[] = [];
    for await (const { stream, data } of over) read.push(`${stream} ${data}`);
    assert.deepEqual(read, ['stdout all\n', 'stderr of it\n']);

    let left = 0;
    for await (const { data } of session.exec('for i in 1 2 3; do echo $i; sleep 0.01; done')) {
      left += data.length;
      break;
    }
    assert.ok(left > 0);
    assert.equal((await session.exec('echo next')).stdout, 'next\n');
  }),

  check('gives bytes as they are, whole and piece by piece', async ({ session }) => {
    const code = `printf '\\000\\377\\303'; sleep 0.05; printf '\\251\\n'`;
    const whole = await session.exec(code, { encoding: 'bytes' });
    assert.deepEqual([...whole.stdout], [0, 255, 195, 169, 10]);
    const pieces: number[] = [];
    for await (const { data } of session.exec(code, { encoding: 'bytes' })) pieces.push(...data);
    assert.deepEqual(pieces, [0, 255, 195, 169, 10]);
    let text = '';
    for await (const { data } of session.exec(`printf '\\303'; sleep 0.05; printf '\\251'`)) text += data;
    assert.equal(text, 'é');
    const echoed = session.exec('cat', { stdin: new Uint8Array([0, 255]), encoding: 'bytes' });
    assert.deepEqual([...(await echoed).stdout], [0, 255]);
  }),

  check('tells listeners what a command did before it answers', async ({ manager, session }) => {
    const ofManager: SessionEvent[] = [];
    const types: string[] = [];
    const started: string[] = [];
    const leave = [
      manager.subscribe((event) => void ofManager.push(event)),
      manager.on('command-started', ({ commandId }) => void started.push(commandId)),
      session.subscribe(({ type }) => void types.push(type)),
    ];
    const { commandId } = await session.exec('echo heard');
    for (const stop of leave) stop();
    await session.exec('echo not heard');
    assert.deepEqual(started, [commandId]);
    assert.ok(types.includes('command-started') && types.includes('command-finished'), types.join());
    assert.equal(types.filter((type) => type === 'command-finished').length, 1);
    const finished = ofManager.find((event) => event.type === 'command-finished');
    assert.equal(finished?.type === 'command-finished' && finished.output.exitCode, 0);
    assert.equal(finished?.sessionId, session.id);
  }),

  check('remembers commands and their history', async ({ session }) => {
    const { commandId } = await session.exec('echo kept; exit 3');
    await session.exec('true');
    const history = await session.getHistory();
    assert.deepEqual(
      history.map(({ command, exitCode, success }) => [command, exitCode, success]),
      [
        ['echo kept; exit 3', 3, false],
        ['true', 0, true],
      ],
    );
    assert.deepEqual(
      (await session.getHistory(1)).map(({ command }) => command),
      ['true'],
    );
    const record = await session.getCommand(commandId);
    assert.deepEqual(
      [record?.status, record?.output?.stdout, record?.code],
      ['finished', 'kept\n', 'echo kept; exit 3'],
    );
    assert.equal(await session.getCommand('cmd_00000000000000000000' as typeof commandId), null);
  }),

  check('shows transitions, the past ones first, until the session ends', async ({ session }) => {
    await session.exec('true');
    const seen: string[] = [];
    let last = 0;
    const reading = (async () => {
      for await (const { actor, seq, to } of session.inspect()) {
        assert.ok(seq > last);
        last = seq;
        if (actor === 'session') seen.push(to);
        if (to === 'terminated') return;
        if (seen.filter((state) => state === 'idle').length === 2 && to === 'idle') void session.terminate();
      }
    })();
    await session.exec('true');
    await reading;
    assert.ok(seen.includes('busy.running') && seen.includes('idle'), seen.join());
  }),

  check('passes on what eval gives', async ({ session }) => {
    const { result, language } = await session.eval('6 * 7');
    assert.deepEqual([result?.text, language], ['42', 'python']);
  }),

  check('rejects what waits when a reset comes, and starts afresh', async ({ session }) => {
    await session.exec('kept=yes');
    let tellBegun: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      tellBegun = resolve;
    });
    const running = session.exec('echo begun; sleep 1000', { onStdout: () => tellBegun() });
    const waiting = session.exec('echo never');
    await begun;
    // Afar, the reset may overtake the command: it is to come when both wait for it.
    while ((await session.getCommand(waiting.id)) === null) await delay(10);
    const done = session.reset();
    assert.equal(await codeOf(waiting), 'COMMAND_CANCELLED');
    assert.equal((await running).interrupted, true);
    await done;
    assert.equal((await session.exec('echo "${kept-unset}"')).stdout, 'unset\n');
  }),
];
