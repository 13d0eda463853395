/** The daemon as the command line starts, finds, stops and loses it. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDaemon } from '@holdfast/server';
import { afterEach, describe, expect, it } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import { openPlace, type Place } from './testing/place.ts';

const places: Place[] = [];
const place = (env?: Record<string, string>): Place => {
  const made = openPlace(env);
  places.push(made);
  return made;
};

afterEach(async () => {
  await Promise.all(places.splice(0).map((made) => made.close()));
});

interface Status {
  running: boolean;
  pid: number;
}

describe('starts by itself', () => {
  it('from a cold machine, with no other step', async () => {
    const { sh } = place();
    const script = `set -e
      ID=$(holdfast start --no-json) && holdfast exec $ID --no-json -- 'cd /usr' && holdfast exec $ID --no-json -- pwd && holdfast end $ID`;
    const { stdout, stderr, code } = await sh(script);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(/^\/usr\n\{"session_id":"sess_\w{20}","ended":true\}\n$/);
  });

  it('once, however many want it at the same time', async () => {
    const { sh, json, socketPath } = place();
    const calls = await Promise.all(
      Array.from({ length: 8 }, (_, index) => sh(`holdfast start --name s${index}`)),
    );
    expect(calls.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      calls.map(() => ({ code: 0, stderr: '' })),
    );
    expect((await json<{ sessions: unknown[] }>('holdfast list')).sessions).toHaveLength(8);
    const log = readFileSync(`${socketPath}.log`, 'utf8').trim().split('\n');
    expect(log.filter((line) => line.includes('"msg":"listening"'))).toHaveLength(1);
    expect(log.filter((line) => line.includes('already'))).toEqual([]);
  });

  it('and ends when it has no session for a while', async () => {
    const { sh, json, socketPath } = place({ HOLDFAST_IDLE: '300ms' });
    await sh('holdfast start --name only');
    const { pid } = await json<Status>('holdfast daemon status');
    await sh('holdfast end only');
    // Waits for the process itself.
    await sh(`tail -f /dev/null --pid=${pid}`);
    expect(existsSync(socketPath)).toBe(false);
    expect((await sh('holdfast daemon status --no-json')).stdout).toMatch(/^No daemon is running\.\n/);
  });

  it('also where one ends just as it is asked', async () => {
    const { json, socketPath } = place();
    mkdirSync(dirname(socketPath), { mode: 0o700 });
    const asked: string[] = [];
    const ending = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/healthz') return void response.end('{"status":"ok"}');
      ending.close();
      request.socket.destroy();
    }).listen(socketPath);
    await once(ending, 'listening');
    expect(await json('holdfast list')).toEqual({ sessions: [], lost: [] });
    expect(asked).toEqual(['/healthz', '/v1/sessions']);
  });

  it('also from within one of its own sessions, which does not take it along', async () => {
    const { sh, json, folder } = place();
    const other = join(folder, 'other.sock');
    await sh('holdfast start --name outer');
    const inner = `HOLDFAST_SOCKET=${other} XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR`;
    const { code } = await sh(
      `holdfast exec outer --no-json -e PATH -- 'HOLDFAST_SOCKET=${other} holdfast start --name inner'; holdfast end outer`,
    );
    expect(code).toBe(0);
    expect(await json(`${inner} holdfast exec inner -- 'echo alive'`)).toMatchObject({ stdout: 'alive\n' });
    await sh(`HOLDFAST_SOCKET=${other} holdfast daemon stop`);
  });
});

describe('daemon', () => {
  it('start, status, logs, stop', async () => {
    const { sh, json, socketPath } = place();
    const stopped = await sh('holdfast daemon status');
    expect(JSON.parse(stopped.stdout)).toEqual({
      running: false,
      socket: socketPath,
      log: `${socketPath}.log`,
    });
    expect(stopped.code).toBe(exitCodes.daemonDown);
    expect((await sh('holdfast daemon logs')).code).toBe(exitCodes.daemonDown);

    const started = await json<{ pid: number }>('holdfast daemon start --idle 1h --log-level debug');
    expect(started).toEqual({ started: true, pid: expect.any(Number), socket: socketPath });
    expect(await json('holdfast daemon start')).toEqual({
      started: false,
      pid: started.pid,
      socket: socketPath,
    });
    expect(await json('holdfast daemon status')).toEqual({
      running: true,
      status: 'ok',
      pid: started.pid,
      version: '0.1.0',
      started_at: expect.any(String),
      sessions: 0,
      socket: socketPath,
      log: `${socketPath}.log`,
    });
    const { stdout } = await sh('holdfast daemon logs --lines 1000');
    expect(stdout.split('\n').some((line) => line.includes('"msg":"listening"'))).toBe(true);
    expect((await sh('holdfast daemon logs -n 1')).stdout.trim().split('\n')).toHaveLength(1);

    expect(await json('holdfast daemon stop')).toEqual({ stopped: true });
    expect(await json('holdfast daemon stop')).toEqual({ stopped: false });
    expect(existsSync(socketPath)).toBe(false);
  });

  it('logs --follow goes on with what comes', async () => {
    const { sh } = place();
    await sh('holdfast daemon start --log-level debug');
    const script = `mkfifo out; holdfast daemon logs --follow -n 1 > out & exec 3<out; read -r first <&3
      holdfast start --name seen > /dev/null
      while read -r line <&3; do case $line in *'session opened'*) echo seen; break;; esac; done; kill $!`;
    expect((await sh(script)).stdout).toBe('seen\n');
  });

  it.each([
    ['--listen what', 'HOLDFAST_TOKEN=0123456789abcdef', '--listen takes PORT or HOST:PORT'],
    ['--listen 0', '', 'Over TCP a token is needed'],
    ['--log-level loud', '', '--log-level takes one of'],
    ['--idle soon', '', '--idle takes a time'],
  ])('start %s is refused', async (args, env, message) => {
    const { code, stderr } = await place().sh(`${env} holdfast daemon start ${args}`);
    expect(stderr).toContain(message);
    expect(code).toBe(exitCodes.usage);
  });

  it('says why it could not be started', async () => {
    const { sh, folder } = place();
    writeFileSync(join(folder, 'file'), 'mine');
    const { code, stderr } = await sh(`HOLDFAST_SOCKET=${folder}/file holdfast start`);
    expect(stderr).toContain(
      `The daemon could not be started: ${folder}/file is there already, and is not a socket.`,
    );
    expect(code).toBe(exitCodes.daemonDown);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine');
    const long = await sh(`HOLDFAST_SOCKET=${folder}/${'x'.repeat(120)} holdfast start`);
    expect(long.stderr).toContain('is too long');
  });
});

// Only root can be somebody else for a while.
if (process.getuid?.() === 0) {
  it('keeps other users out, and tells them so', async () => {
    const { sh, folder, socketPath } = place();
    await sh('holdfast start --name mine');
    // All that exec loads, where anyone can read it.
    const dist = fileURLToPath(new URL('../dist', import.meta.url));
    const { code, stdout, stderr } = await sh(`mkdir ${folder}/all && cp ${dist}/holdfast.cjs ${folder}/all
      chmod 755 ${folder} ${folder}/run ${folder}/run/holdfast ${folder}/all
      HOLDFAST_SOCKET=${socketPath} setpriv --reuid=65534 --regid=65534 --clear-groups ${process.execPath} ${folder}/all/holdfast.cjs exec mine -- id`);
    expect({ code, stdout, stderr }).toEqual({
      code: exitCodes.accessRefused,
      stdout: '',
      stderr: `holdfast: The daemon at ${socketPath} belongs to another user. Set HOLDFAST_SOCKET to one of your own.\n`,
    });
  });
}

describe('when it is killed in the middle of a command', () => {
  it('files stay readable, the next call starts another one and says what was lost', async () => {
    const { sh, json, work } = place();
    const { session_id: id } = await json<{ session_id: string }>('holdfast start --name doomed');
    await sh(`holdfast exec doomed -- 'echo before'`);
    const script = `holdfast exec doomed --stream -- 'echo begun; sleep 600' 2> said |
      { read -r; kill -9 $(holdfast daemon status | grep -o '"pid":[0-9]*' | cut -d: -f2); cat; }; echo \${PIPESTATUS[0]}; cat said`;
    const killed = await sh(script);
    expect(killed.stdout).toBe(
      `${exitCodes.daemonDown}\nholdfast: The daemon went away before the command was over. The next call starts another one, which says what was lost.\n`,
    );

    const next = await sh('holdfast exec doomed -- ls');
    expect(next.code).toBe(exitCodes.sessionNotFound);
    expect(next.stderr).toMatch(
      new RegExp(
        `^holdfast: The daemon had been killed; a new one was started. Lost 1 session:\n  ${id} \\(doomed\\), files in ${work}/.sessions/${id}; without a result:\n    cmd_\\w{20}: echo begun; sleep 600\n`,
      ),
    );
    expect(next.stderr).toMatch(
      /holdfast: Session not found: doomed was lost when the daemon was killed, with cmd_\w{20}\./,
    );

    const folder = join(work, '.sessions', id);
    expect(JSON.parse(readFileSync(join(folder, 'metadata.json'), 'utf8'))).toMatchObject({
      status: 'lost',
      execution_count: 1,
    });
    const history = readFileSync(join(folder, 'history.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(history).toMatchObject([{ command: 'echo before', exit_code: 0 }]);
    const { lost } = await json<{ lost: { session_id: string; commands: { command: string }[] }[] }>(
      'holdfast list',
    );
    expect(lost).toMatchObject([
      { session_id: id, name: 'doomed', commands: [{ command: 'echo begun; sleep 600' }] },
    ]);
    // Told once, and the name is free again.
    const again = await sh('holdfast start --name doomed');
    expect({ stderr: again.stderr, code: again.code }).toEqual({ stderr: '', code: 0 });
  });

  it('a session of an earlier daemon is told from a typo by its files', async () => {
    const { sh, json, work } = place();
    const { session_id: id } = await json<{ session_id: string }>('holdfast start --name early');
    await sh('holdfast exec early -- true; holdfast daemon stop');
    for (const name of [id, 'early']) {
      const { stderr, code } = await sh(`mkdir -p below && cd below && holdfast exec ${name} -- ls`);
      expect(stderr).toMatch(
        new RegExp(
          `^holdfast: Session not found: ${name} has ended \\(last command [^)]+\\)\\. Start a new one\\. What it did is in ${work}/\\.sessions/${id}\\.\n$`,
        ),
      );
      expect(code).toBe(exitCodes.sessionNotFound);
    }
    expect(readdirSync(join(work, '.sessions'))).toContain(id);
  });
});

it('keeps the files of all sessions in one folder where that is asked for', async () => {
  const { sh, json, work } = place({ HOLDFAST_SESSIONS_DIR: 'kept' });
  const { session_id: id } = await json<{ session_id: string }>('holdfast start --name kept');
  await sh('holdfast daemon stop');
  expect(readdirSync(join(work, 'kept'))).toContain(id);
  expect((await sh('holdfast exec kept -- ls')).stderr).toContain('Session not found: kept has ended.');
  expect(existsSync(join(work, '.sessions'))).toBe(false);
});

describe('over TCP', () => {
  const token = 'a-token-for-the-tests';

  it('serves who has the token, and refuses who has not', async () => {
    const { sh, folder } = place();
    const daemon = await startDaemon({ socketPath: join(folder, 'tcp.sock'), tcp: {}, token });
    const url = `HOLDFAST_URL=${daemon.address.url}`;
    try {
      const good = `export ${url} HOLDFAST_TOKEN=${token}`;
      const { stdout } = await sh(
        `${good}; holdfast start --cwd /usr --name far && holdfast exec far --no-json -- pwd && holdfast end far`,
      );
      expect(stdout).toMatch(/^\{"session_id":"sess_\w+"\}\n\/usr\n/);
      for (const [env, message] of [
        [`${url} HOLDFAST_TOKEN=wrong-token-altogether`, 'The token is wrong.'],
        [url, 'A token is needed'],
      ] as const) {
        for (const command of ['exec far -- ls', 'list', 'start']) {
          const { code, stderr } = await sh(`${env} holdfast ${command}`);
          expect(stderr).toContain(`holdfast: ${message}`);
          expect(code).toBe(exitCodes.accessRefused);
        }
      }
    } finally {
      await daemon.close();
    }
    // A dead one elsewhere is not started from here.
    for (const command of ['exec far -- ls', 'list']) {
      const { code, stderr } = await sh(`${url} HOLDFAST_TOKEN=${token} holdfast ${command}`);
      expect(stderr).toContain(`holdfast: No daemon answers at ${daemon.address.url}.`);
      expect(code).toBe(exitCodes.daemonDown);
    }
  });

  it('is opened by daemon start --listen', async () => {
    const { sh, json } = place();
    await sh(`HOLDFAST_TOKEN=${token} holdfast daemon start --listen 0`);
    const { stdout } = await sh('holdfast daemon logs');
    const url = /"url":"([^"]+)"/.exec(stdout)?.[1];
    expect(stdout).not.toContain(token);
    expect(await json(`HOLDFAST_URL=${url} HOLDFAST_TOKEN=${token} holdfast list`)).toEqual({
      sessions: [],
      lost: [],
    });
  });
});
