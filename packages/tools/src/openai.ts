/**
 * The runtime tool for OpenAI's two APIs: for `client.chat.completions.runTools`, which has a loop, and for
 * Responses, which has none: `runResponses` is it.
 *
 * Types of the SDK only: nothing of it is loaded.
 */
import type OpenAI from 'openai';
import type { RunnableToolFunctionWithParse } from 'openai/lib/RunnableFunction';
import type { RuntimeTool } from './runtime-tool.ts';
import { runtimeJsonSchema } from './tool-input.ts';

export interface OpenAiToolOptions {
  /** The API itself holds the model to the schema; it then sends every parameter, null for none. Default false. */
  strict?: boolean;
}

/** For Chat Completions: `client.chat.completions.runTools({ tools: [toChatTool(tool)], … })`. */
export const toChatTool = (
  runtime: RuntimeTool,
  { strict = false }: OpenAiToolOptions = {},
): RunnableToolFunctionWithParse<object> => ({
  type: 'function',
  function: {
    name: runtime.name,
    description: runtime.description,
    parameters: parametersOf(runtime, strict),
    strict,
    // Not parsed here: what is wrong with it is a result that tells the model.
    parse: (input) => ({ input }),
    function: (args, runner) =>
      runtime.call((args as { input: string }).input, { signal: runner.controller.signal }),
  },
});

/** For Responses: `client.responses.create({ tools: [toResponsesTool(tool)], … })`. */
export const toResponsesTool = (
  runtime: RuntimeTool,
  { strict = false }: OpenAiToolOptions = {},
): OpenAI.Responses.FunctionTool => ({
  type: 'function',
  name: runtime.name,
  description: runtime.description,
  parameters: parametersOf(runtime, strict),
  strict,
});

/** Answers of the tools to all calls in a response; none if it is the model's last word. */
export const answerCalls = async (
  response: OpenAI.Responses.Response,
  runtimes: readonly RuntimeTool[],
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<OpenAI.Responses.ResponseInputItem.FunctionCallOutput[]> => {
  const answers: OpenAI.Responses.ResponseInputItem.FunctionCallOutput[] = [];
  // One after the other, in the order in which the model gave them: they share a session.
  for (const item of response.output) {
    if (item.type !== 'function_call') continue;
    const runtime = runtimes.find(({ name }) => name === item.name);
    const output = runtime
      ? await runtime.call(item.arguments, { signal })
      : `There is no tool ${item.name}.`;
    answers.push({ type: 'function_call_output', call_id: item.call_id, output });
  }
  return answers;
};

export interface RunResponsesOptions {
  /** As for `client.responses.create`, with input; tools of the runtime are added to its own. */
  request: OpenAI.Responses.ResponseCreateParamsNonStreaming;
  tools: readonly RuntimeTool[];
  strict?: boolean;
  /** How often the model is asked at most. Default 50. */
  maxTurns?: number;
  /** Ends the run: the request under way, or the command. */
  signal?: AbortSignal;
  /** Told of every response of the model. */
  onResponse?: (response: OpenAI.Responses.Response) => void;
}

/**
 * Asks the model, runs what it calls, and asks again, until it calls nothing. Resolves with its last response.
 *
 * @throws errors of the client; after `maxTurns`, an Error
 */
export const runResponses = async (
  client: Pick<OpenAI, 'responses'>,
  { request, tools, strict = false, maxTurns = 50, signal, onResponse }: RunResponsesOptions,
): Promise<OpenAI.Responses.Response> => {
  const items = typeof request.input === 'string' ? [userMessage(request.input)] : [...(request.input ?? [])];
  const allTools = [
    ...(request.tools ?? []),
    ...tools.map((runtime) => toResponsesTool(runtime, { strict })),
  ];
  for (let turn = 0; turn < maxTurns; turn += 1) {
    const response = await client.responses.create({ ...request, input: items, tools: allTools }, { signal });
    onResponse?.(response);
    const answers = await answerCalls(response, tools, { signal });
    if (answers.length === 0) return response;
    signal?.throwIfAborted();
    // Also the model's reasoning, which must stand before the calls that it led to.
    items.push(...(response.output as OpenAI.Responses.ResponseInputItem[]), ...answers);
  }
  throw new Error(`The model still called tools after ${maxTurns} turns. Raise maxTurns if that is wanted.`);
};

const userMessage = (content: string): OpenAI.Responses.EasyInputMessage => ({ role: 'user', content });

type Parameters = { [key: string]: string | number | boolean | null | Parameters | Parameters[] };

const parametersOf = (runtime: RuntimeTool, strict: boolean): Parameters =>
  (strict ? runtimeJsonSchema({ strict }) : runtime.parameters) as Parameters;
