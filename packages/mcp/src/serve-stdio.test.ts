import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, it } from 'vitest';
import { call, callRaw } from './testing/connect.ts';
import { useEveryTool } from './testing/every-tool.ts';

const program = fileURLToPath(new URL('../bin/holdfast-mcp.mjs', import.meta.url));

const connect = async (...args: string[]): Promise<Client> => {
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [program, ...args] }));
  return client;
};

const start = (...args: string[]) => {
  const child = spawn(process.execPath, [program, ...args]);
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  const closed = once(child, 'close').then(([code]) => ({ code, ...text }));
  return { child, closed };
};

describe('holdfast-mcp over standard input and output', () => {
  it('serves every tool to the official client', async () => {
    const client = await connect('--cwd', '/', '--redact', 'SECRET', '--timeout', '20000');
    await useEveryTool(client);
    await client.close();
  });

  it('takes a command of ten megabytes', async () => {
    const client = await connect();
    await call(client, 'session_start', { name: 'work' });
    const command = `: ${'x'.repeat(10 * 1_048_576)}\necho done`;
    expect(
      (await callRaw(client, 'session_exec', { session_id: 'work', command })).structuredContent,
    ).toMatchObject({
      stdout: 'done\n',
    });
    await client.close();
  });

  it('ends with its client, and its sessions with it', async () => {
    const { child, closed } = start();
    const send = (message: object) =>
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const answers = readAnswers(child.stdout);
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    };
    // A line that is no message harms nobody.
    child.stdin.write('this is no JSON\n');
    send({ id: 1, method: 'initialize', params });
    await answers(1);
    const run = async (id: number, name: string, args: object) => {
      send({ id, method: 'tools/call', params: { name, arguments: args } });
      return (await answers(id)).result.structuredContent;
    };
    await run(2, 'session_start', { name: 'work' });
    const { stdout } = await run(3, 'session_exec', {
      session_id: 'work',
      command: 'sleep 600 & echo $$ $!',
    });
    const pids = stdout.trim().split(' ');
    expect(pids.map(isAlive)).toEqual([true, true]);
    child.stdin.end();
    const { code, stderr } = await closed;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  it('ends on SIGTERM', async () => {
    const { child, closed } = start('--http', '--port', '0');
    await once(child.stderr, 'data');
    child.kill('SIGTERM');
    const { code, stderr } = await closed;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^holdfast-mcp: listening on http:\/\/127\.0\.0\.1:\d+\/mcp\n$/);
  });
});

describe('the command line', () => {
  it('prints what to paste, and where', async () => {
    const { code, stdout, stderr } = await start('--print-config', 'vscode').closed;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      servers: { holdfast: { type: 'stdio', command: 'npx', args: ['-y', '@holdfast/mcp'] } },
    });
    expect(stderr).toBe('Put this into .vscode/mcp.json.\n');
  });

  it('tells what it can not take', async () => {
    expect(await start('--print-config', 'emacs').closed).toEqual({
      code: 2,
      stdout: '',
      stderr: 'holdfast-mcp: there is no client emacs: claude, cursor, vscode\n',
    });
    expect(await start('--timeout', 'soon').closed).toMatchObject({
      code: 2,
      stderr: 'holdfast-mcp: --timeout takes a number, not soon\n',
    });
    expect(await start('--nonsense').closed).toMatchObject({ code: 2 });
    expect(await start('--http', '--host', '0.0.0.0').closed).toMatchObject({
      code: 1,
      stderr:
        'holdfast-mcp: A server on 0.0.0.0 can be reached by others, who could run commands on it: give a token, or listen on 127.0.0.1.\n',
    });
    expect((await start('--help').closed).stdout).toContain('--print-config CLIENT');
  });
});

/** A dead one that init has not buried yet is not. */
const isAlive = (pid: string): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

interface Answer {
  id: number;
  result: { structuredContent: Record<string, string> & { stdout: string } };
}

/** Waits for the answer of that id; notifications are passed over. */
const readAnswers = (output: NodeJS.ReadableStream) => {
  const known = new Map<number, Answer>();
  const waiting = new Map<number, (answer: Answer) => void>();
  let rest = '';
  output.on('data', (chunk) => {
    rest += chunk;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const answer = JSON.parse(line) as Answer;
      known.set(answer.id, answer);
      waiting.get(answer.id)?.(answer);
    }
  });
  return (id: number): Promise<Answer> =>
    new Promise((resolve) => {
      const answer = known.get(id);
      if (answer) resolve(answer);
      else waiting.set(id, resolve);
    });
};
