/** In the SDK's own loops, with its mock model. */
import { generateText, simulateReadableStream, stepCountIs, streamText } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { createSessionManager } from 'holdfast';
import { afterAll, expect, it } from 'vitest';
import { toAiSdkTool } from './ai-sdk.ts';
import { createRuntimeTool, type RuntimeTool } from './runtime-tool.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());
const open = (name: string): RuntimeTool =>
  createRuntimeTool(name, undefined, { manager, session: { cwd: '/' } });

type Generated = Awaited<ReturnType<MockLanguageModelV3['doGenerate']>>;
type Part = Generated['content'][number];

const usage: Generated['usage'] = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const callPart = (id: string, input: object): Part => ({
  type: 'tool-call',
  toolCallId: id,
  toolName: 'runtime',
  input: JSON.stringify(input),
});
const textPart = (text: string): Part => ({ type: 'text', text });
const generated = (part: Part): Generated => ({
  content: [part],
  finishReason:
    part.type === 'text' ? { unified: 'stop', raw: 'stop' } : { unified: 'tool-calls', raw: 'tool_use' },
  usage,
  warnings: [],
});

/** What the model was told of its calls. */
const answersIn = (prompt: MockLanguageModelV3['doGenerateCalls'][number]['prompt']): unknown[] =>
  prompt.flatMap((message) =>
    message.role === 'tool'
      ? message.content.flatMap((part) => (part.type === 'tool-result' ? [part.output] : []))
      : [],
  );
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replace(/\d+ ms, (\w+), cmd_\w{20}/g, 'TIME, $1, ID'));

it('generateText: state stays from step to step, and the model sees text', async () => {
  const runtime = open('generate');
  const model = new MockLanguageModelV3({
    doGenerate: [
      generated(callPart('1', { action: 'exec', command: 'cd /usr; export NAME=Ada' })),
      generated(callPart('2', { action: 'exec', command: 'echo "$NAME in $PWD"; false' })),
      generated(callPart('3', { action: 'fly' })),
      generated(textPart('done')),
    ],
  });
  const { text, steps } = await generateText({
    model,
    tools: { runtime: toAiSdkTool(runtime) },
    prompt: 'go',
    stopWhen: stepCountIs(9),
  });
  expect(text).toBe('done');
  expect(steps[1]?.toolResults[0]?.output).toMatchObject({ stdout: 'Ada in /usr\n', exitCode: 1 });
  expect(plain(answersIn(model.doGenerateCalls.at(-1)?.prompt ?? []))).toEqual([
    { type: 'text', value: '[exit code 0, TIME, bash, ID]\n(no output)' },
    { type: 'text', value: '[exit code 1, TIME, bash, ID]\nstdout:\nAda in /usr' },
    {
      type: 'error-text',
      value:
        'The call failed (INVALID_INPUT): action can not be "fly": it is one of exec, eval, state, history, jobs, read_output, interrupt, reset.',
    },
  ]);
  const [offered] = model.doGenerateCalls[0]?.tools ?? [];
  expect(offered).toMatchObject({
    type: 'function',
    name: 'runtime',
    description: runtime.description,
    inputSchema: { type: 'object', required: ['action'], additionalProperties: false },
  });
});

it('streamText, too; and images are images', async () => {
  type StreamPart =
    Awaited<ReturnType<MockLanguageModelV3['doStream']>>['stream'] extends ReadableStream<infer Item>
      ? Item
      : never;
  const streamed = (parts: StreamPart[], reason: Generated['finishReason']) => ({
    stream: simulateReadableStream<StreamPart>({
      chunks: [
        { type: 'stream-start', warnings: [] },
        ...parts,
        { type: 'finish', finishReason: reason, usage },
      ],
    }),
  });
  const code = 'class Dot:\n  def _repr_png_(self): return b"\\x89PNG"\nDot()';
  const model = new MockLanguageModelV3({
    doStream: [
      streamed([callPart('1', { action: 'eval', code }) as StreamPart], {
        unified: 'tool-calls',
        raw: 'tool_use',
      }),
      streamed(
        [
          { type: 'text-start', id: 't' },
          { type: 'text-delta', id: 't', delta: 'a dot' },
          { type: 'text-end', id: 't' },
        ],
        { unified: 'stop', raw: 'stop' },
      ),
    ],
  });
  const result = streamText({
    model,
    tools: { runtime: toAiSdkTool(open('stream')) },
    prompt: 'go',
    stopWhen: stepCountIs(9),
  });
  let text = '';
  for await (const piece of result.textStream) text += piece;
  expect(text).toBe('a dot');
  expect(answersIn(model.doStreamCalls.at(-1)?.prompt ?? [])).toMatchObject([
    {
      type: 'content',
      value: [
        { type: 'text', text: expect.stringContaining('[image/png shown]') },
        { type: 'image-data', mediaType: 'image/png', data: 'iVBORw==' },
      ],
    },
  ]);
});

it('aborting the generation cancels the command', async () => {
  const runtime = open('abort');
  const abort = new AbortController();
  const session = manager.getOrCreateSession(runtime.workspaceId, { cwd: '/' });
  session.subscribe(({ type }) => type === 'command-started' && abort.abort());
  const ended = new Promise<void>((resolve) => {
    session.subscribe(({ type }) => type === 'command-finished' && resolve());
  });
  const model = new MockLanguageModelV3({
    doGenerate: [generated(callPart('1', { action: 'exec', command: 'sleep 600', timeout_ms: 0 }))],
  });
  await expect(
    generateText({
      model,
      tools: { runtime: toAiSdkTool(runtime) },
      prompt: 'go',
      stopWhen: stepCountIs(9),
      abortSignal: abort.signal,
      maxRetries: 0,
    }),
  ).rejects.toThrow();
  await ended;
  expect(await session.getHistory()).toMatchObject([{ command: 'sleep 600', interrupted: true }]);
});
