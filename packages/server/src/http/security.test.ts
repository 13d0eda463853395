/** Who must not get in does not, and the daemon lives on: each against the real server. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDaemon } from '../daemon.ts';
import { addressOf, type DaemonBench, startBench, testToken } from '../testing/daemon-bench.ts';

const bench: DaemonBench = await startBench({
  tcp: {},
  token: testToken,
  limits: { maxBodyBytes: 1_000_000 },
});
const { ask } = bench;
const url = bench.daemon.address.url ?? '';
const authorization = `Bearer ${testToken}`;
afterAll(() => bench.end());

// Whatever was tried: the daemon answers, and who may get in does.
afterEach(async () => {
  expect((await ask('GET', '/v1/sessions', { url, headers: { authorization } })).status).toBe(200);
});

describe('over TCP', () => {
  it.each([
    ['no token', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['a wrong one', { authorization: `Bearer ${testToken}x` }],
    ['the beginning of the right one', { authorization: `Bearer ${testToken.slice(0, -1)}` }],
    ['another scheme', { authorization: `Basic ${testToken}` }],
  ])('refuses %s', async (_name, headers) => {
    for (const path of ['/v1/sessions', '/metrics', '/openapi.json', '/nowhere']) {
      const { status, json } = await ask('GET', path, { url, headers });
      expect([status, json.error.code]).toEqual([401, 'ACCESS_REFUSED']);
      expect(JSON.stringify(json)).not.toContain(testToken);
    }
  });

  it('does not run a command of a caller without the token', async () => {
    const file = join(bench.folder, 'made-by-a-stranger');
    const { path } = await bench.openSession();
    const { status } = await ask('POST', `${path}/exec`, { url, body: { command: `touch ${file}` } });
    expect([status, existsSync(file)]).toEqual([401, false]);
  });

  it('tells a stranger that it is up, and nothing else', async () => {
    expect((await ask('GET', '/healthz', { url })).json).toEqual({ status: 'ok' });
    expect((await ask('GET', '/healthz', { url, headers: { authorization } })).json).toMatchObject({
      status: 'ok',
      pid: process.pid,
    });
  });

  it.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://localhost:1'])(
    'refuses a page of %s, even with the token',
    async (origin) => {
      const { status, json } = await ask('POST', '/v1/sessions', {
        url,
        headers: { authorization, origin },
        body: {},
      });
      expect([status, json.error.code]).toEqual([403, 'ACCESS_REFUSED']);
    },
  );

  it.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '0.0.0.0',
    '[::]',
  ])('refuses the Host %s, which a rebound name would send', async (host) => {
    for (const path of ['/healthz', '/v1/sessions']) {
      const { status, json } = await ask('GET', path, { url, headers: { authorization, host } });
      expect([status, json.error.code]).toEqual([403, 'ACCESS_REFUSED']);
    }
  });

  it('answers preflights with a refusal and no permission', async () => {
    const { status, headers } = await ask('OPTIONS', '/v1/sessions', {
      url,
      headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(status).toBe(403);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('does not start without a good token, and is on the loopback unless told', async () => {
    for (const token of [undefined, 'short', 'with spaces and more', 'line\nbreak-line-break']) {
      const options = { tcp: {}, ...(token === undefined ? {} : { token }) };
      await expect(startDaemon(options)).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
    }
    expect(new URL(url).hostname).toBe('127.0.0.1');
  });
});

describe('a path', () => {
  it.each([
    '/v1/sessions/../../etc/passwd',
    '/v1/sessions/%2e%2e%2f%2e%2e%2fetc%2fpasswd/x',
    '/v1/sessions/..%2f..',
    '/v1/sessions/sess_..%2f..%2f..%2f..%2fetc',
    '/v1/sessions/sess_00000000000000000000%00',
    '/v1/sessions/%00',
    '/v1/sessions/%ff',
    '/v1/sessions/a%0d%0ab',
    `/v1/sessions/${'x'.repeat(5_000)}`,
    '/v1/sessions/x/commands/..%2f..%2fstate.json',
    '/v1/sessions/x/commands/cmd_../output',
    '//v1//sessions',
    '/.sessions/metadata.json',
  ])('with tricks in it leads nowhere: %s', async (path) => {
    const { status, json } = await ask('GET', path);
    expect([400, 404]).toContain(status);
    expect(['INVALID_REQUEST', 'SESSION_NOT_FOUND', undefined]).toContain(json.error?.code);
  });

  it.each(['../../outside', 'sess_../../outside', '/etc', 'sess_0000000000000000000A', 'x'.repeat(2_000)])(
    'can not be proposed as a session’s id: %s',
    async (sessionId) => {
      const { status, json } = await ask('POST', '/v1/sessions', { body: { workspaceId: 'w', sessionId } });
      expect([status, json.error.code]).toEqual([400, 'INVALID_OPTIONS']);
    },
  );

  it.each(['..', '.', '', 'sess_00000000000000000000', 'a\u0000b', 'a\nb', '\ud800'])(
    'can not be a workspace’s name: %j',
    async (workspaceId) => {
      const { status, json } = await ask('POST', '/v1/sessions', { body: { workspaceId } });
      expect([status, json.error.code]).toEqual([400, 'INVALID_OPTIONS']);
    },
  );

  it('of a workspace may have any other character, and the files stay where they belong', async () => {
    const workspaceId = '../../ué/%2e%2e/?#&';
    const { json } = await ask('POST', '/v1/sessions', {
      body: { workspaceId, config: { cwd: bench.folder } },
    });
    expect(json.session.folder).toBe(join(bench.folder, '.sessions', json.session.sessionId));
    const path = `/v1/sessions/${encodeURIComponent(workspaceId)}`;
    expect((await ask('GET', path)).json.sessionId).toBe(json.session.sessionId);
    expect((await ask('DELETE', path)).json).toEqual({ terminated: true });
  });
});

describe('a body', () => {
  it('of a gigabyte is refused by its announcement', async () => {
    const { path } = await bench.openSession();
    const answer = await askPartly({
      path: `${path}/exec`,
      headers: { 'content-length': String(1024 ** 3) },
      first: '{"command":"',
    });
    expect(answer).toBe(413);
  });

  it('of a gigabyte without announcement is cut off on its way', async () => {
    const { path } = await bench.openSession();
    const { sent, status } = await pour(`${path}/exec`, 1024 ** 3);
    expect(sent).toBeLessThan(200 * 1024 ** 2);
    expect([413, undefined]).toContain(status);
  });

  it.each(['{', 'null', '[]', '"text"', '{"command":1}', '{"command":"x","__proto__":{"a":1}}', '\u0000'])(
    'that is nonsense is refused: %j',
    async (text) => {
      const { path } = await bench.openSession();
      const { status } = await ask('POST', `${path}/exec`, { body: Buffer.from(text) });
      expect(status).toBe(400);
    },
  );
});

describe('a slow client', () => {
  let strict: DaemonBench;
  let strictUrl = '';
  const askStrictly = () => strict.ask('GET', '/v1/sessions', { url: strictUrl, headers: { authorization } });
  beforeAll(async () => {
    const limits = { headersTimeoutMs: 1_000, requestTimeoutMs: 2_000 };
    strict = await startBench({ tcp: {}, token: testToken, limits });
    strictUrl = strict.daemon.address.url ?? '';
  });
  afterAll(() => strict.end());

  it('who never ends its headers is let go', async () => {
    expect(await trickle(strictUrl, 'GET /v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ')).toContain(
      '408',
    );
  });

  it('who never ends its body is let go', async () => {
    const { path } = await strict.openSession();
    const head = `POST ${path}/exec HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${authorization}\r\n`;
    expect(await trickle(strictUrl, `${head}Content-Length: 1000\r\n\r\n`)).toContain('408');
  });

  it('does not come alone, and others are served all the while', async () => {
    // Whose connection is there already: a new one's time would begin while this process is busy with all the others.
    expect((await askStrictly()).status).toBe(200);
    const slow = Array.from({ length: 200 }, () => trickle(strictUrl, 'GET / HTTP/1.1\r\nX: '));
    expect((await askStrictly()).status).toBe(200);
    // All are hung up on; the reason may be overtaken by the end of a connection that was written to still.
    const last = await Promise.all(slow);
    expect(last.filter((text) => text !== '' && !text.includes('408'))).toEqual([]);
    expect((await askStrictly()).status).toBe(200);
  });
});

describe('the Unix socket', () => {
  it('is for its owner alone', () => {
    expect(statSync(bench.socketPath).mode & 0o777).toBe(0o600);
  });

  it('does not answer another user', () => {
    // The folder lets everybody through: it is the socket itself that refuses.
    chmodSync(bench.folder, 0o711);
    const nobody = 65_534;
    const isRoot = process.getuid?.() === 0;
    const script = `require('node:net').connect(${JSON.stringify(bench.socketPath)}).on('connect', () => { console.log('in'); process.exit(); }).on('error', ({ code }) => console.log(code))`;
    const { stdout } = spawnSync(process.execPath, ['-e', script], {
      cwd: '/',
      encoding: 'utf8',
      // Only root can become somebody else; everybody else's own door must be open to himself.
      ...(isRoot ? { uid: nobody, gid: nobody } : {}),
    });
    expect(stdout.trim()).toBe(isRoot ? 'EACCES' : 'in');
  });

  it('refuses pages there, too', async () => {
    const { status, json } = await ask('GET', '/v1/sessions', { headers: { origin: 'http://localhost' } });
    expect([status, json.error.code]).toEqual([403, 'ACCESS_REFUSED']);
  });

  it('is not put where others could replace it', async () => {
    const open = join(bench.folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    await expect(startDaemon({ socketPath: join(open, 'd.sock') })).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
    });
    await expect(startDaemon({ socketPath: `/tmp/${'x'.repeat(108)}` })).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
    });
  });
});

/** The status that comes while the body is still on its way. */
const askPartly = (options: {
  path: string;
  headers: Record<string, string>;
  first: string;
}): Promise<number> =>
  new Promise((resolve, reject) => {
    const { path, headers, first } = options;
    const sending = request(
      { ...addressOf(url), method: 'POST', path, headers: { authorization, ...headers } },
      (response) => {
        resolve(response.statusCode ?? 0);
        sending.destroy();
      },
    );
    sending.on('error', reject);
    sending.write(first);
  });

/** Sends as much as is taken. */
const pour = (path: string, total: number): Promise<{ sent: number; status: number | undefined }> =>
  new Promise((resolve) => {
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    let sent = 0;
    let status: number | undefined;
    const sending = request(
      { ...addressOf(url), method: 'POST', path, headers: { authorization } },
      (response) => {
        status = response.statusCode;
      },
    );
    const end = (): void => resolve({ sent, status });
    const more = (): void => {
      while (sent < total) {
        sent += piece.length;
        if (!sending.write(piece)) return void sending.once('drain', more);
      }
      sending.end();
    };
    sending.on('error', end).on('close', end);
    more();
  });

/** What the server says before it hangs up. */
const trickle = (url: string, beginning: string): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    const socket: Socket = connect(addressOf(url));
    const timer = setInterval(() => socket.write('x'), 50);
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(text);
    });
    socket.write(beginning);
  });
