import { once } from 'node:events';
import { request } from 'node:http';
import { connect as connectSocket } from 'node:net';
import type { RuntimeSessionManager } from '@holdfast/protocol';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createSessionManager } from 'holdfast';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpOptions, type HttpService, serveHttp } from './serve-http.ts';
import { call } from './testing/connect.ts';
import { useEveryTool } from './testing/every-tool.ts';

let manager: RuntimeSessionManager;
const services: HttpService[] = [];
const clients: Client[] = [];

beforeEach(() => {
  manager = createSessionManager();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await Promise.all(services.splice(0).map((service) => service.close()));
  await manager[Symbol.asyncDispose]();
});

const serve = async (options: HttpOptions = {}): Promise<HttpService> => {
  const service = await serveHttp({ manager, ...options });
  services.push(service);
  return service;
};

/** Resolves when the client's stream is open, too: it asks for one when it is connected, and does not wait for it. */
const connect = async ({ url }: HttpService, token?: string): Promise<Client> => {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  clients.push(client);
  await new Promise<void>((resolve, reject) => {
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers },
      async fetch(target, init) {
        const response = await fetch(target, init);
        if (init?.method === 'GET') resolve();
        return response;
      },
    });
    client.connect(transport).catch(reject);
  });
  return client;
};

const initialize = (protocolVersion = '2025-11-25') =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } },
  });
const accept = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

/** By hand: `fetch` sets Host itself. Resolves with the status, and the body where it is an error's. */
const post = (
  { port }: HttpService,
  { headers = {}, body = initialize(), path = '/mcp', method = 'POST' }: PostOptions = {},
): Promise<{ status: number | undefined; message: string | undefined }> =>
  new Promise((resolve, reject) => {
    const sent = request(
      // A connection for each: one that the server ends after what it refused is not used again.
      { host: '127.0.0.1', port, path, method, headers: { ...accept, ...headers }, agent: false },
      (response) => {
        const { statusCode: status } = response;
        if (status === 200) {
          response.destroy();
          return resolve({ status, message: undefined });
        }
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString() || '{}';
          const { error } = JSON.parse(text) as { error?: { message: string } };
          resolve({ status, message: error?.message });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });

interface PostOptions {
  headers?: Record<string, string>;
  body?: string;
  path?: string;
  method?: string;
}

describe('a client over HTTP', () => {
  it('serves every tool to the official client', async () => {
    const service = await serve({ redact: ['SECRET'], sessionDefaults: { cwd: '/' } });
    await useEveryTool(await connect(service));
  });

  it('finds its session again when it comes back, and so does another', async () => {
    const service = await serve();
    const first = await connect(service);
    await call(first, 'session_start', { name: 'work' });
    await call(first, 'session_exec', { session_id: 'work', command: 'kept=yes' });
    await first.close();
    const second = await connect(service);
    expect(await call(second, 'session_exec', { session_id: 'work', command: 'echo $kept' })).toMatchObject({
      stdout: 'yes\n',
    });
  });

  it('gets progress, and cancels', async () => {
    const client = await connect(await serve());
    await call(client, 'session_start', { name: 'work' });
    const abort = new AbortController();
    const run = { session_id: 'work', command: 'kept=yes; echo begun; sleep 600', timeout_ms: 0 };
    const answer = call(client, 'session_exec', run, {
      signal: abort.signal,
      onprogress({ message }) {
        // The other one that may come is that it is still running.
        if (message === 'begun\n') abort.abort('enough');
      },
    });
    await expect(answer).rejects.toThrow('enough');
    expect(await call(client, 'session_exec', { session_id: 'work', command: 'echo $kept' })).toMatchObject({
      stdout: 'yes\n',
    });
  });

  it('may use a connection again that was quiet for a minute', async () => {
    const { headers } = await fetch((await serve()).url);
    expect(headers.get('keep-alive')).toBe('timeout=75');
  });

  it('makes room for another when it was quiet for longest', async () => {
    const service = await serve({ maxClients: 2 });
    const [first, second] = [await connect(service), await connect(service)];
    await first.ping();
    await connect(service);
    await first.ping();
    await expect(second.ping()).rejects.toThrow('Session not found');
  });

  it('keeps its place while it waits for an answer', async () => {
    const service = await serve({ maxClients: 1 });
    const client = await connect(service);
    await call(client, 'session_start', { name: 'work' });
    let answer: Promise<Record<string, unknown>> | undefined;
    const abort = new AbortController();
    await new Promise<void>((resolve) => {
      const run = { session_id: 'work', command: 'echo begun; sleep 600', timeout_ms: 0 };
      answer = call(client, 'session_exec', run, {
        signal: abort.signal,
        onprogress({ message }) {
          if (message === 'begun\n') resolve();
        },
      });
      answer.catch(() => undefined);
    });
    expect(await post(service)).toEqual({
      status: 503,
      message: 'Too many clients: all of them wait for answers',
    });
    abort.abort('enough');
    await expect(answer).rejects.toThrow('enough');
    // Runs when the other has been interrupted: the server knows by then.
    await manager.getSession('work')?.exec('true');
    expect(await post(service)).toMatchObject({ status: 200 });
    await expect(client.ping()).rejects.toThrow('Session not found');
  });

  it('is gone after DELETE', async () => {
    const service = await serve();
    const client = await connect(service);
    const { transport } = client;
    if (!(transport instanceof StreamableHTTPClientTransport)) throw new Error('another transport');
    const { sessionId = '' } = transport;
    await transport.terminateSession();
    expect(await post(service, { headers: { 'Mcp-Session-Id': sessionId } })).toEqual({
      status: 404,
      message: 'Session not found',
    });
  });
});

describe('a stream that broke', () => {
  it('is resumed where it was lost, and the answer comes', async () => {
    const { url } = await serve();
    const opened = await fetch(url, { method: 'POST', headers: accept, body: initialize() });
    const headers = { ...accept, 'Mcp-Session-Id': opened.headers.get('mcp-session-id') ?? '' };
    await opened.body?.cancel();
    const toolCall = (id: number, name: string, args: Record<string, unknown>) =>
      fetch(url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }),
      });
    await (await toolCall(1, 'session_start', { name: 'work' })).text();

    const broken = await toolCall(2, 'session_exec', {
      session_id: 'work',
      command: 'read -r x; echo "$x"',
      stdin: 'a\n',
    });
    const reader = broken.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    // The first event carries no message: it is there to be resumed from.
    const [, cursor = ''] = /^id: (\S+)\nretry: 1000\ndata: \n\n/.exec(new TextDecoder().decode(value)) ?? [];
    expect(cursor).not.toBe('');
    await reader?.cancel();
    // Over for the session: what is sent to nobody is kept.
    await (await toolCall(3, 'session_exec', { session_id: 'work', command: 'true' })).text();

    const resumed = await fetch(url, { headers: { ...headers, 'Last-Event-ID': cursor } });
    expect(resumed.status).toBe(200);
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of resumed.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.includes('"id":2')) break;
    }
    const [, data = '{}'] = /^data: (.*"id":2.*)$/m.exec(text) ?? [];
    expect(JSON.parse(data)).toMatchObject({ id: 2, result: { structuredContent: { stdout: 'a\n' } } });

    const unknown = await fetch(url, { headers: { ...headers, 'Last-Event-ID': 'never-seen' } });
    expect(unknown.status).toBe(400);
  });
});

describe('who may not talk to the server', () => {
  it('a page that had its name point to this machine', async () => {
    const service = await serve();
    expect(await post(service, { headers: { Host: 'evil.example.com' } })).toEqual({
      status: 403,
      message: 'Forbidden: Host evil.example.com is not this server.',
    });
    for (const host of ['127.0.0.1.evil.example.com', 'evil.example.com:80', '127.0.0.2', '0.0.0.0']) {
      expect((await post(service, { headers: { Host: host } })).status).toBe(403);
    }
    // No hosts at all: refused before anybody looks at them.
    for (const host of ['localhost@evil.example.com', '[::1', 'localhost/']) {
      expect((await post(service, { headers: { Host: host } })).status).toBe(400);
    }
    for (const host of ['localhost', `LOCALHOST:${service.port}`, '127.0.0.1:1', '[::1]:4280']) {
      expect((await post(service, { headers: { Host: host } })).status).toBe(200);
    }
  });

  it('a page from elsewhere', async () => {
    const service = await serve({ allowedOrigins: ['https://good.example.com'] });
    const origin = async (value: string) => (await post(service, { headers: { Origin: value } })).status;
    expect(await origin('https://evil.example.com')).toBe(403);
    expect(await origin('null')).toBe(403);
    expect(await origin('http://localhost:3000')).toBe(403);
    expect(await origin('https://good.example.com')).toBe(200);
    expect(await origin(`http://127.0.0.1:${service.port}`)).toBe(200);
  });

  it('who does not have the token', async () => {
    const service = await serve({ token: 'right' });
    const refused = { status: 401, message: 'Unauthorized: send the token as Authorization: Bearer …' };
    expect(await post(service)).toEqual(refused);
    expect(await post(service, { headers: { Authorization: 'Bearer wrong' } })).toEqual(refused);
    expect(await post(service, { headers: { Authorization: 'Basic right' } })).toEqual(refused);
    const client = await connect(service, 'right');
    expect((await client.listTools()).tools).toHaveLength(10);
  });

  it('anybody, on an address that others reach, without a token', async () => {
    const code = 'INVALID_OPTIONS';
    await expect(serveHttp({ host: '0.0.0.0' })).rejects.toMatchObject({ code });
    await expect(serveHttp({ host: '::' })).rejects.toMatchObject({ code });
    await expect(serveHttp({ token: '' })).rejects.toMatchObject({ code });
    const service = await serve({ host: '0.0.0.0', token: 'right' });
    const authorized = { Authorization: 'Bearer right' };
    expect((await post(service, { headers: { ...authorized, Host: 'build-machine:80' } })).status).toBe(200);
    expect((await post(service, { headers: { Host: 'build-machine:80' } })).status).toBe(401);
    const strict = await serve({ host: '0.0.0.0', token: 'right', allowedHosts: ['build-machine'] });
    expect((await post(strict, { headers: { ...authorized, Host: 'build-machine:80' } })).status).toBe(200);
    expect((await post(strict, { headers: { ...authorized, Host: 'other-machine:80' } })).status).toBe(403);
  });
});

describe('what the server does not take', () => {
  it('is refused, and the server lives', async () => {
    const service = await serve({ maxBodyBytes: 10_000 });
    const large = JSON.stringify({ filler: 'x'.repeat(20_000) });
    expect(await post(service, { body: large })).toEqual({ status: 413, message: 'Payload too large' });
    const chunked = { 'Transfer-Encoding': 'chunked' };
    expect(await post(service, { body: large, headers: chunked })).toMatchObject({ status: 413 });
    expect(await post(service, { body: '{' })).toMatchObject({ status: 400 });
    expect(await post(service, { body: '[]' })).toMatchObject({ status: 400 });
    expect(await post(service, { body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' })).toEqual({
      status: 400,
      message: 'Bad Request: Mcp-Session-Id header is required',
    });
    expect(await post(service, { headers: { 'Mcp-Session-Id': '../../etc' } })).toMatchObject({
      status: 404,
    });
    expect(await post(service, { headers: { Accept: 'text/html' } })).toMatchObject({ status: 406 });
    expect(await post(service, { path: '/' })).toMatchObject({ status: 404 });
    expect(await post(service, { method: 'PUT' })).toMatchObject({ status: 405 });
    // Half a request that never goes on keeps nobody else out.
    const slow = connectSocket(service.port, '127.0.0.1');
    await once(slow, 'connect');
    slow.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    const client = await connect(service);
    await client.ping();
    slow.destroy();
  });
});
