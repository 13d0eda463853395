/** A real daemon in a folder of its own, and requests to it as anybody could send them. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpAnswer, OutputMessage, SerialisedError, SessionMessage } from '@holdfast/protocol';
import { type Daemon, type DaemonOptions, startDaemon } from '../daemon.ts';

export const testToken = 'token-for-the-tests';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: AnyAnswer;
}

/** What one or the other answer has, for tests to look at. */
export type AnyAnswer = { error: SerialisedError & { data: Record<string, unknown> } } & SessionMessage &
  OutputMessage &
  HttpAnswer<'listSessions'> &
  HttpAnswer<'openSession'> &
  HttpAnswer<'interrupt'> &
  HttpAnswer<'writeStdin'> &
  HttpAnswer<'history'> &
  HttpAnswer<'state'>;

export interface AskOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Default: the Unix socket. */
  url?: string;
}

export interface DaemonBench {
  daemon: Daemon;
  folder: string;
  socketPath: string;
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  /** Opens a session in a folder of its own and gives the path of its routes. */
  openSession(
    config?: Record<string, unknown>,
  ): Promise<{ id: string; path: string; cwd: string; folder: string }>;
  /** Everything that was opened is closed, whatever came of it. */
  end(): Promise<void>;
}

export const startBench = async (options: DaemonOptions = {}): Promise<DaemonBench> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-daemon-')));
  const socketPath = options.socketPath ?? join(folder, 'd.sock');
  const daemon = await startDaemon({ ...options, socketPath });
  const agent = new Agent({ keepAlive: true });
  let sessions = 0;
  const ask: DaemonBench['ask'] = (method, path, { body, headers, url } = {}) =>
    send({ ...(url ? addressOf(url) : { socketPath }), agent, method, path, headers: { ...headers } }, body);
  return {
    daemon,
    folder,
    socketPath,
    ask,
    async openSession(config = {}) {
      sessions += 1;
      const cwd = mkdtempSync(join(folder, 'workspace-'));
      const { status, json, text } = await ask('POST', '/v1/sessions', {
        body: { workspaceId: `workspace ${sessions}`, config: { cwd, ...config } },
      });
      if (status !== 200) throw new Error(text);
      const { sessionId, folder: files = '' } = json.session;
      return { id: sessionId, path: `/v1/sessions/${sessionId}`, cwd, folder: files };
    },
    async end() {
      agent.destroy();
      await daemon.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export const send = (options: import('node:http').RequestOptions, body?: unknown): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sending = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        const json = headers['content-type']?.includes('json') ? JSON.parse(text) : {};
        resolve({ status, headers, text, json });
      });
    });
    sending.on('error', reject);
    if (body instanceof Uint8Array) sending.end(body);
    else sending.end(body === undefined ? undefined : JSON.stringify(body));
  });

export const addressOf = (url: string): { host: string; port: number } => {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
};
