/** In the SDK's own loop for Chat Completions, and in ours for Responses; a `fetch` plays the model. */
import { createSessionManager } from 'holdfast';
import OpenAI from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { runResponses, toChatTool, toResponsesTool } from './openai.ts';
import { createRuntimeTool, type RuntimeTool } from './runtime-tool.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());
const open = (name: string): RuntimeTool =>
  createRuntimeTool(name, undefined, { manager, session: { cwd: '/' } });

interface SentRequest {
  path: string;
  tools: object[];
  messages?: { role: string; content?: string }[];
  input?: { type?: string; output?: string }[];
}

/** A client whose model gives these answers, one per request, and the requests it got. */
const playModel = (answers: object[]): { client: OpenAI; requests: SentRequest[] } => {
  const requests: SentRequest[] = [];
  const client = new OpenAI({
    apiKey: 'none',
    maxRetries: 0,
    fetch: async (url, init) => {
      const path = new URL(String(url)).pathname;
      const answer = answers[requests.length];
      requests.push({ path, ...JSON.parse(String(init?.body)) });
      return Response.json(answer);
    },
  });
  return { client, requests };
};

const plain = (text: string | undefined): string | undefined =>
  text?.replace(/\d+ ms, (\w+), cmd_\w{20}/g, 'TIME, $1, ID');

describe('Chat Completions', () => {
  const message = (content: object) => ({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'played',
    choices: [
      { index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'assistant', ...content } },
    ],
  });
  const call = (id: string, input: object | string) =>
    message({
      content: null,
      tool_calls: [
        {
          id,
          type: 'function',
          function: { name: 'runtime', arguments: typeof input === 'string' ? input : JSON.stringify(input) },
        },
      ],
    });

  it('runTools works in one session', async () => {
    const { client, requests } = playModel([
      call('1', { action: 'exec', command: 'x=1' }),
      call('2', { action: 'exec', command: 'echo "[$x]"' }),
      call('3', '{"action": "exec", "comm'),
      message({ content: 'done' }),
    ]);
    const runtime = open('chat');
    const runner = client.chat.completions.runTools({
      model: 'played',
      messages: [{ role: 'user', content: 'go' }],
      tools: [toChatTool(runtime)],
    });
    expect(await runner.finalContent()).toBe('done');
    expect(requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      tools: [
        {
          type: 'function',
          function: {
            name: 'runtime',
            description: runtime.description,
            parameters: runtime.parameters,
            strict: false,
          },
        },
      ],
    });
    const told = requests[3]?.messages
      ?.filter(({ role }) => role === 'tool')
      .map(({ content }) => plain(content));
    expect(told).toEqual([
      '[exit code 0, TIME, bash, ID]\n(no output)',
      '[exit code 0, TIME, bash, ID]\nstdout:\n[1]',
      expect.stringContaining('The input must be an object with an action'),
    ]);
  });

  it('aborting the run cancels the command', async () => {
    const runtime = open('chat-abort');
    const session = manager.getOrCreateSession(runtime.workspaceId, { cwd: '/' });
    const { client } = playModel([call('1', { action: 'exec', command: 'sleep 600' })]);
    const runner = client.chat.completions.runTools({
      model: 'played',
      messages: [{ role: 'user', content: 'go' }],
      tools: [toChatTool(runtime)],
    });
    session.subscribe(({ type }) => type === 'command-started' && runner.abort());
    const ended = new Promise<void>((resolve) => {
      session.subscribe(({ type }) => type === 'command-finished' && resolve());
    });
    await expect(runner.done()).rejects.toThrow('aborted');
    await ended;
    expect(await session.getHistory()).toMatchObject([{ command: 'sleep 600', interrupted: true }]);
  });
});

describe('Responses', () => {
  const response = (...output: object[]) => ({
    id: 'r',
    object: 'response',
    created_at: 1,
    model: 'played',
    output,
  });
  const call = (id: string, input: object, name = 'runtime') => ({
    type: 'function_call',
    id: `fc_${id}`,
    call_id: id,
    name,
    arguments: JSON.stringify(input),
  });
  const say = (text: string) => ({
    type: 'message',
    id: 'm',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  });
  const reasoning = { type: 'reasoning', id: 'rs', summary: [] };

  it('the runner answers calls until there are none, and keeps the reasoning', async () => {
    const { client, requests } = playModel([
      response(reasoning, call('1', { action: 'exec', command: 'x=1' })),
      response(call('2', { action: 'exec', command: 'echo "[$x]"' }), call('3', {}, 'other')),
      response(say('done')),
    ]);
    const runtime = open('responses');
    const seen: string[] = [];
    const last = await runResponses(client, {
      request: { model: 'played', input: 'go' },
      tools: [runtime],
      onResponse: ({ output }) => seen.push(output.map(({ type }) => type).join()),
    });
    expect(last.output_text).toBe('done');
    expect(seen).toEqual(['reasoning,function_call', 'function_call,function_call', 'message']);
    expect(requests.map(({ path }) => path)).toEqual(['/v1/responses', '/v1/responses', '/v1/responses']);
    expect(requests[0]?.tools).toEqual([
      {
        type: 'function',
        name: 'runtime',
        description: runtime.description,
        parameters: runtime.parameters,
        strict: false,
      },
    ]);
    expect(requests[2]?.input?.map(({ type }) => type)).toEqual([
      undefined,
      'reasoning',
      'function_call',
      'function_call_output',
      'function_call',
      'function_call',
      'function_call_output',
      'function_call_output',
    ]);
    const told = requests[2]?.input?.filter(({ output }) => output).map(({ output }) => plain(output));
    expect(told).toEqual([
      '[exit code 0, TIME, bash, ID]\n(no output)',
      '[exit code 0, TIME, bash, ID]\nstdout:\n[1]',
      'There is no tool other.',
    ]);
  });

  it('strict mode has every parameter required, and null for none', async () => {
    const { client, requests } = playModel([
      response(
        call('1', { action: 'exec', command: 'echo strict', code: null, language: null, stdin: null }),
      ),
      response(say('done')),
    ]);
    const runtime = open('strict');
    await runResponses(client, { request: { model: 'played', input: [] }, tools: [runtime], strict: true });
    const { strict, parameters } = toResponsesTool(runtime, { strict: true });
    expect(requests[0]?.tools).toEqual([expect.objectContaining({ strict: true, parameters })]);
    expect(strict).toBe(true);
    expect(parameters?.required).toEqual(Object.keys(parameters?.properties as object));
    expect(parameters?.properties).toMatchObject({
      language: { type: ['string', 'null'], enum: ['bash', 'python', 'node', null] },
      timeout_ms: { type: ['integer', 'null'] },
      action: { type: 'string' },
    });
    expect(requests[1]?.input?.at(-1)?.output).toContain('stdout:\nstrict');
  });

  it('a model that never stops is stopped', async () => {
    const again = response(call('1', { action: 'history' }));
    const { client, requests } = playModel([again, again, again]);
    const run = runResponses(client, {
      request: { model: 'played', input: 'go' },
      tools: [open('endless')],
      maxTurns: 3,
    });
    await expect(run).rejects.toThrow('The model still called tools after 3 turns.');
    expect(requests).toHaveLength(3);
  });

  it('a signal ends the command and the run', async () => {
    const runtime = open('responses-abort');
    const session = manager.getOrCreateSession(runtime.workspaceId, { cwd: '/' });
    const abort = new AbortController();
    session.subscribe(({ type }) => type === 'command-started' && abort.abort());
    const { client, requests } = playModel([response(call('1', { action: 'exec', command: 'sleep 600' }))]);
    const run = runResponses(client, {
      request: { model: 'played', input: 'go' },
      tools: [runtime],
      signal: abort.signal,
    });
    await expect(run).rejects.toThrow('aborted');
    expect(requests).toHaveLength(1);
  });
});
