/** Errors as a tool's answer: a code to tell them apart, and what to do. */
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

export type ToolErrorCode = 'SESSION_NOT_FOUND' | 'COMMAND_NOT_FOUND' | 'INVALID_RANGE';

/** Beside the errors of a session (`HoldfastError`), which have codes of their own. */
export class ToolError extends Error {
  readonly code: ToolErrorCode;

  constructor(code: ToolErrorCode, message: string) {
    super(message);
    this.name = 'ToolError';
    this.code = code;
  }
}

/** An answer with `isError`; the code stands at the front of the text, and in `_meta`. */
export const errorAnswer = (error: unknown, redact: (text: string) => string): CallToolResult => {
  const message = redact(error instanceof Error ? error.message : String(error));
  const code = codeOf(error);
  return {
    isError: true,
    content: [{ type: 'text', text: `${code}: ${message}` }],
    _meta: { 'holdfast/code': code },
  };
};

const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'INTERNAL_ERROR';
};
