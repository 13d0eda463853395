/** In the SDK's own tool runner; a `fetch` plays the model. */
import Anthropic from '@anthropic-ai/sdk';
import { createSessionManager } from 'holdfast';
import { afterAll, describe, expect, it } from 'vitest';
import { toAnthropicBashTool, toAnthropicTool, toToolResult } from './anthropic.ts';
import { createRuntimeTool, type RuntimeTool } from './runtime-tool.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());
const open = (name: string): RuntimeTool =>
  createRuntimeTool(name, undefined, { manager, session: { cwd: '/' } });

interface SentRequest {
  tools: { type?: string; name: string; input_schema?: object }[];
  messages: { role: string; content: unknown }[];
}

/** A client whose model gives these contents, one per request, and the requests it got. */
const playModel = (contents: object[][]): { client: Anthropic; requests: SentRequest[] } => {
  const requests: SentRequest[] = [];
  const client = new Anthropic({
    apiKey: 'none',
    maxRetries: 0,
    fetch: async (_url, init) => {
      const content = contents[requests.length] ?? [];
      requests.push(JSON.parse(String(init?.body)));
      const calls = content.some((block) => 'input' in block);
      return Response.json({
        id: `msg_${requests.length}`,
        type: 'message',
        role: 'assistant',
        model: 'played',
        content,
        stop_reason: calls ? 'tool_use' : 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 1, output_tokens: 1 },
      });
    },
  });
  return { client, requests };
};

const use = (id: string, name: string, input: object) => ({ type: 'tool_use', id, name, input });
const say = (text: string) => ({ type: 'text', text });
/** What the model was told of its calls, in the order of the requests; without what differs from run to run. */
const answersIn = (requests: SentRequest[]): unknown[] => {
  const contents = requests.flatMap(({ messages }) => messages.flatMap(({ content }) => content));
  const answers = contents.filter((block) => (block as { type?: string }).type === 'tool_result');
  return JSON.parse(JSON.stringify(answers).replace(/\d+ ms, (\w+), cmd_\w{20}/g, 'TIME, $1, ID'));
};
const body = { model: 'played', max_tokens: 100, messages: [{ role: 'user' as const, content: 'go' }] };

it('the runtime tool', async () => {
  const { client, requests } = playModel([
    [use('1', 'runtime', { action: 'exec', command: 'cd /usr; x=1' })],
    [
      use('2', 'runtime', { action: 'exec', command: 'echo "$x $PWD"' }),
      use('3', 'runtime', { action: 'eval', code: '2 ** 10' }),
    ],
    [use('4', 'runtime', { action: 'exec' })],
    [say('done')],
  ]);
  const runtime = open('custom');
  const last = await client.beta.messages.toolRunner({ ...body, tools: [toAnthropicTool(runtime)] });
  expect(last.content).toMatchObject([say('done')]);
  expect(requests[0]?.tools).toEqual([
    { type: 'custom', name: 'runtime', description: runtime.description, input_schema: runtime.parameters },
  ]);
  expect(answersIn(requests)).toMatchObject([
    { tool_use_id: '1', content: '[exit code 0, TIME, bash, ID]\n(no output)' },
    { tool_use_id: '2', content: '[exit code 0, TIME, bash, ID]\nstdout:\n1 /usr' },
    { tool_use_id: '3', content: '[exit code 0, TIME, python, ID]\nresult:\n1024' },
    {
      tool_use_id: '4',
      is_error: true,
      content: expect.stringContaining('failed (INVALID_INPUT): exec can not be done: command'),
    },
  ]);
});

it('the bash tool', async () => {
  const { client, requests } = playModel([
    [use('1', 'bash', { command: 'x=1' })],
    [use('2', 'bash', { command: 'echo "[$x]"' })],
    [use('3', 'bash', { restart: true })],
    [use('4', 'bash', { command: 'echo "[$x]"' })],
    [use('5', 'bash', {})],
    [say('done')],
  ]);
  await client.beta.messages.toolRunner({ ...body, tools: [toAnthropicBashTool(open('bash'))] });
  expect(requests[0]?.tools).toEqual([{ type: 'bash_20250124', name: 'bash' }]);
  expect(answersIn(requests)).toMatchObject([
    { content: '[exit code 0, TIME, bash, ID]\n(no output)' },
    { content: '[exit code 0, TIME, bash, ID]\nstdout:\n[1]' },
    { content: expect.stringMatching(/^The session was reset/) },
    { content: '[exit code 0, TIME, bash, ID]\nstdout:\n[]' },
    { is_error: true, content: expect.stringContaining('INVALID_INPUT') },
  ]);
});

describe('a loop without runner', () => {
  it('answers a call with a block, of either tool', async () => {
    const runtime = open('manual');
    expect(
      await toToolResult(runtime, { id: '1', name: 'bash', input: { command: 'echo hi' } }),
    ).toMatchObject({
      type: 'tool_result',
      tool_use_id: '1',
      content: expect.stringMatching(/stdout:\nhi$/),
    });
    const bad = await toToolResult(runtime, { id: '2', name: 'runtime', input: {} });
    expect(bad).toMatchObject({ tool_use_id: '2', is_error: true });
  });

  it('images are blocks', async () => {
    const code = 'class Dot:\n  def _repr_png_(self): return b"\\x89PNG"\nDot()';
    const block = await toToolResult(open('image'), {
      id: '1',
      name: 'runtime',
      input: { action: 'eval', code },
    });
    expect(block.content).toMatchObject([
      { type: 'text' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw==' } },
    ]);
  });
});
