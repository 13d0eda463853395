/** The runtime tool for the Vercel AI SDK (`ai`): `generateText({ tools: { runtime: toAiSdkTool(tool) } })`. */
import { jsonSchema, type Tool, tool } from 'ai';
import type { RuntimeToolResult } from './results.ts';
import type { RuntimeTool } from './runtime-tool.ts';

/**
 * The result of a call is the structured one, for the host app; the model gets it as text, images as images.
 * Aborting the generation cancels the command.
 */
export const toAiSdkTool = (runtime: RuntimeTool): Tool<Record<string, unknown>, RuntimeToolResult> =>
  tool({
    description: runtime.description,
    // No check here: what is wrong with a call is a result that tells the model.
    inputSchema: jsonSchema<Record<string, unknown>>(runtime.parameters),
    execute: (input: Record<string, unknown>, { abortSignal }) => runtime.run(input, { signal: abortSignal }),
    toModelOutput: ({ output }: { output: RuntimeToolResult }) => toModelOutput(runtime, output),
  });

type ModelOutput = Awaited<ReturnType<NonNullable<Tool['toModelOutput']>>>;

const toModelOutput = (runtime: RuntimeTool, result: RuntimeToolResult): ModelOutput => {
  const text = runtime.toText(result);
  if ('failure' in result) return { type: 'error-text', value: text };
  const images = 'images' in result ? (result.images ?? []) : [];
  if (images.length === 0) return { type: 'text', value: text };
  return {
    type: 'content',
    value: [
      { type: 'text', text },
      ...images.map(({ mimeType, data }) => ({ type: 'image-data' as const, mediaType: mimeType, data })),
    ],
  };
};
