/** In LangGraph's agent, with LangChain's own fake model. */
import { AIMessage, HumanMessage, type ToolMessage } from '@langchain/core/messages';
import { fakeModel } from '@langchain/core/testing';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { createSessionManager } from 'holdfast';
import { afterAll, expect, it } from 'vitest';
import { toLangChainTool } from './langchain.ts';
import { createRuntimeTool } from './runtime-tool.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

it('an agent works in one session; messages have text, artifacts the structured result', async () => {
  const runtime = createRuntimeTool('graph', 'user-1', { manager, session: { cwd: '/' } });
  const call = (id: string, args: object) => [{ id, name: 'runtime', args }];
  const llm = fakeModel()
    .respondWithTools(call('1', { action: 'exec', command: 'n = 20', language: 'python' }))
    .respondWithTools(call('2', { action: 'eval', code: 'n + 22' }))
    .respondWithTools(call('3', { action: 'read_output', command_id: 'cmd_none' }))
    .respondWithTools(call('4', { action: 'fly' }))
    .respond(new AIMessage('42'));
  const agent = createReactAgent({ llm, tools: [toLangChainTool(runtime)] });
  const { messages } = await agent.invoke({ messages: [new HumanMessage('go')] });
  expect(messages.at(-1)?.content).toBe('42');
  const answers = messages.filter((message): message is ToolMessage => message.getType() === 'tool');
  expect(answers.map(({ tool_call_id }) => tool_call_id)).toEqual(['1', '2', '3', '4']);
  expect(answers[1]?.content).toMatch(/^\[exit code 0, .* python, cmd_\w{20}\]\nresult:\n42$/);
  expect(answers[1]?.artifact).toMatchObject({ action: 'eval', result: '42' });
  expect(answers[2]?.content).toMatch(/^read_output failed \(OUTPUT_UNKNOWN\): No command cmd_none/);
  // LangChain itself checks calls against the schema.
  expect(answers[3]?.content).toContain('did not match expected schema');
  expect(llm.calls[0]?.messages).toHaveLength(1);
});

it('the run’s signal cancels the command', async () => {
  const runtime = createRuntimeTool('graph-abort', undefined, { manager, session: { cwd: '/' } });
  const abort = new AbortController();
  const session = manager.getOrCreateSession(runtime.workspaceId, { cwd: '/' });
  session.subscribe(({ type }) => type === 'command-started' && abort.abort());
  const ended = new Promise<void>((resolve) => {
    session.subscribe(({ type }) => type === 'command-finished' && resolve());
  });
  const tool = toLangChainTool(runtime);
  await tool
    .invoke({ action: 'exec', command: 'sleep 600' }, { signal: abort.signal })
    .catch(() => undefined);
  await ended;
  expect(await session.getHistory()).toMatchObject([{ command: 'sleep 600', interrupted: true }]);
});
