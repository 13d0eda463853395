/** What all tools share, and the frame around each: errors become answers, secrets stay here. */

import type { SessionConfig } from '@holdfast/protocol';
import { shapeOutput } from '@holdfast/tools';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { LateOutputs } from '../late-outputs.ts';
import type { OutputStore } from '../output-store.ts';
import type { ToolExtra } from '../progress.ts';
import type { SecretsBook } from '../secrets-book.ts';
import type { SessionDirectory } from '../session-directory.ts';
import { errorAnswer } from '../tool-error.ts';

export interface ToolContext {
  sessions: SessionDirectory;
  secrets: SecretsBook;
  outputs: OutputStore;
  late: LateOutputs;
  sessionDefaults: SessionConfig;
  maxCharacters: number;
}

/** A tool that throws answers with `isError`, a code and what to do. */
export const answering =
  <Args>({ secrets }: ToolContext, run: (args: Args, extra: ToolExtra) => Promise<CallToolResult>) =>
  async (args: Args, extra: ToolExtra): Promise<CallToolResult> => {
    try {
      return await run(args, extra);
    } catch (error) {
      return errorAnswer(error, secrets.redactor.redact);
    }
  };

/** Facts for the client, and the same as text for models whose client shows them nothing else. */
export const factsAnswer = (
  { secrets, maxCharacters }: ToolContext,
  facts: Record<string, unknown>,
): CallToolResult => {
  const structuredContent = secrets.redactor.redactAll(facts);
  const { text } = shapeOutput(JSON.stringify(structuredContent, null, 2), { maxCharacters });
  return { structuredContent, content: [{ type: 'text', text }] };
};
