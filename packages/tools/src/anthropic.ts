/**
 * The runtime tool for Anthropic's Messages API, as a tool of its own and in the shape of `bash`, which
 * models were trained on. Both run in `client.beta.messages.toolRunner`; for a loop of your own there is `toToolResult`.
 *
 * Types of the SDK only: nothing of it is loaded.
 */
import type Anthropic from '@anthropic-ai/sdk';
import type { BetaRunnableTool, BetaToolRunContext } from '@anthropic-ai/sdk/lib/tools/BetaRunnableTool';
import type { ImageOutput, RuntimeToolResult } from './results.ts';
import type { RunOptions, RuntimeTool } from './runtime-tool.ts';

/** What the model sends to the tool named `bash`. */
export interface BashInput {
  command?: string;
  restart?: boolean;
}

/** All actions, languages and options. */
export const toAnthropicTool = (runtime: RuntimeTool): BetaRunnableTool<unknown> => ({
  type: 'custom',
  name: runtime.name,
  description: runtime.description,
  input_schema: runtime.parameters as Anthropic.Beta.BetaTool.InputSchema,
  parse: (input) => input,
  run: (input, context) => answer(runtime, input, context),
});

/** `bash_20250124`: `command` runs in the session's shell, `restart` resets the session. */
export const toAnthropicBashTool = (runtime: RuntimeTool): BetaRunnableTool<unknown> => ({
  type: 'bash_20250124',
  name: 'bash',
  parse: (input) => input,
  run: (input, context) => answer(runtime, fromBashInput(input), context),
});

/** A call in a message of the model, and the block that answers it: for loops without a runner. */
export const toToolResult = async (
  runtime: RuntimeTool,
  { id, name, input }: Pick<Anthropic.ToolUseBlock, 'id' | 'name' | 'input'>,
  options?: RunOptions,
): Promise<Anthropic.ToolResultBlockParam> => {
  const isBash = name === 'bash' && runtime.name !== 'bash';
  const result = await runtime.run(isBash ? fromBashInput(input) : input, options);
  return {
    type: 'tool_result',
    tool_use_id: id,
    content: toContent(runtime, result),
    ...('failure' in result ? { is_error: true } : {}),
  };
};

const answer = async (
  runtime: RuntimeTool,
  input: unknown,
  context: BetaToolRunContext | undefined,
): Promise<Content> => {
  const result = await runtime.run(input, { signal: context?.signal ?? undefined });
  // What is thrown becomes a tool result with `is_error`.
  if ('failure' in result) throw new Error(runtime.toText(result));
  return toContent(runtime, result);
};

const fromBashInput = (input: unknown): unknown => {
  const { command, restart } = (input ?? {}) as BashInput;
  return restart ? { action: 'reset' } : { action: 'exec', language: 'bash', command };
};

type TextBlock = { type: 'text'; text: string };
type ImageBlock = {
  type: 'image';
  source: {
    type: 'base64';
    data: string;
    media_type: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';
  };
};

type Content = string | (TextBlock | ImageBlock)[];

const toContent = (runtime: RuntimeTool, result: RuntimeToolResult): Content => {
  const text = runtime.toText(result);
  const images = 'images' in result ? (result.images ?? []) : [];
  return images.length === 0 ? text : [{ type: 'text', text }, ...images.map(toImageBlock)];
};

const toImageBlock = ({ mimeType, data }: ImageOutput): ImageBlock => ({
  type: 'image',
  // Only these four are shown.
  source: { type: 'base64', data, media_type: mimeType as ImageBlock['source']['media_type'] },
});
