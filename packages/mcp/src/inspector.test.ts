/** The real MCP Inspector, as a program, in its `--cli` mode: it lists and calls every tool, over both transports. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RuntimeSessionManager } from '@holdfast/protocol';
import { createSessionManager } from 'holdfast';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpService, serveHttp } from './serve-http.ts';
import { serveStdio } from './serve-stdio.ts';

const require = createRequire(import.meta.url);
const inspectorDir = dirname(require.resolve('@modelcontextprotocol/inspector/package.json'));
const inspector = join(inspectorDir, 'clients/launcher/build/index.js');
const bin = fileURLToPath(new URL('../bin/holdfast-mcp.mjs', import.meta.url));
const relay = fileURLToPath(new URL('./testing/stdio-relay.mjs', import.meta.url));
// It starts afresh for every call, and takes its time.
const timeout = 180_000;

let home: string;
let manager: RuntimeSessionManager;
let http: HttpService;
let local: Server;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'holdfast-inspector-'));
  manager = createSessionManager();
  http = await serveHttp({ manager, token: 'right' });
  // One server over stdio per run of the Inspector, as always; the sessions outlive them, so that one run can
  // use what another has started.
  local = createServer((socket) => {
    void serveStdio({ manager, input: socket, output: socket });
  });
  await new Promise<void>((resolve) => local.listen(join(home, 'socket'), resolve));
});
afterAll(async () => {
  await http.close();
  local.close();
  await manager[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});

const inspect = async (target: string[], ...args: string[]): Promise<Record<string, unknown>> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [inspector, '--cli', ...target, '--format', 'json', '--quiet', ...args],
    { env: { ...process.env, HOME: home } },
  );
  const answer: Record<string, unknown> = JSON.parse(stdout);
  return 'result' in answer ? (answer.result as Record<string, unknown>) : answer;
};

const overHttp = () => [http.url, '--transport', 'http', '--header', 'Authorization: Bearer right'];
const overStdio = () => [process.execPath, relay, join(home, 'socket')];

describe.each([
  ['HTTP', overHttp],
  ['standard input and output', overStdio],
])('the MCP Inspector over %s', (name, target) => {
  it(
    'lists and calls every tool',
    async () => {
      const { tools } = (await inspect(target(), '--method', 'tools/list')) as { tools: { name: string }[] };
      const called = new Set<string>();
      const call = async (tool: string, args: Record<string, unknown>) => {
        called.add(tool);
        const answer = await inspect(
          target(),
          '--method',
          'tools/call',
          '--tool-name',
          tool,
          '--tool-args-json',
          JSON.stringify(args),
        );
        expect(answer.isError ?? false).toBe(false);
        return answer.structuredContent as Record<string, unknown>;
      };
      const { session_id } = await call('session_start', { name: name.slice(0, 4) });
      const { command_id } = await call('session_exec', {
        session_id,
        command: 'cd /; kept=yes; echo hello',
      });
      expect(await call('session_read_output', { session_id, command_id })).toMatchObject({
        text: 'hello\n',
      });
      expect(await call('session_exec', { session_id, command: 'pwd; echo $kept' })).toMatchObject({
        stdout: '/\nyes\n',
      });
      expect(await call('session_eval', { session_id, code: '6 * 7' })).toMatchObject({ result: '42' });
      expect(await call('session_state', { session_id })).toMatchObject({ working_dir: '/' });
      const { entries } = await call('session_history', { session_id });
      expect(entries).toHaveLength(3);
      expect(await call('session_interrupt', { session_id })).toMatchObject({ answer: 'idle' });
      expect(await call('session_reset', { session_id })).toMatchObject({ status: 'idle' });
      expect(await call('session_list', {})).toMatchObject({ sessions: [{ session_id }] });
      expect(await call('session_end', { session_id })).toMatchObject({ ended: true });
      expect([...called].sort()).toEqual(tools.map((tool) => tool.name).sort());
    },
    timeout,
  );

  it(
    'reads resources and the prompt',
    async () => {
      const { resources } = await inspect(target(), '--method', 'resources/list');
      expect(resources).toMatchObject([{ uri: 'holdfast://sessions' }]);
      const { contents } = await inspect(
        target(),
        '--method',
        'resources/read',
        '--uri',
        'holdfast://sessions',
      );
      expect(contents).toMatchObject([{ text: '{\n  "sessions": []\n}' }]);
      const { messages } = await inspect(
        target(),
        '--method',
        'prompts/get',
        '--prompt-name',
        'work_in_session',
      );
      expect(messages).toHaveLength(1);
    },
    timeout,
  );
});

describe('the MCP Inspector with the program itself', () => {
  it(
    'lists the tools, and finds no fault with their schemas',
    async () => {
      const target = [process.execPath, bin];
      const { tools } = await inspect(target, '--method', 'tools/list', '--strict');
      expect(tools).toHaveLength(10);
      const answer = await inspect(target, '--method', 'tools/call', '--tool-name', 'session_start');
      expect(answer.structuredContent).toMatchObject({ created: true, status: 'idle' });
    },
    timeout,
  );
});
