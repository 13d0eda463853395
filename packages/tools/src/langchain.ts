/** The runtime tool for LangChain.js and LangGraph: `createReactAgent({ llm, tools: [toLangChainTool(tool)] })`. */
import { type DynamicStructuredTool, tool } from '@langchain/core/tools';
import type { RuntimeToolResult } from './results.ts';
import type { RuntimeTool } from './runtime-tool.ts';

/** The message has the text for the model, its `artifact` the structured result. The run's signal cancels the command. */
export const toLangChainTool = (runtime: RuntimeTool): DynamicStructuredTool =>
  tool(
    async (input: unknown, config: { signal?: AbortSignal }): Promise<[string, RuntimeToolResult]> => {
      const result = await runtime.run(input, { signal: config.signal });
      return [runtime.toText(result), result];
    },
    {
      name: runtime.name,
      description: runtime.description,
      schema: runtime.parameters,
      responseFormat: 'content_and_artifact',
    },
  ) as DynamicStructuredTool;
