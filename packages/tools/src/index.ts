/**
 * The runtime tool for AI agents, for every framework.
 *
 * ```
 * runtime-tool      the tool: name, description, parameters, run and call
 * tool-input        its parameters as a schema, made from protocol's operations; checks a call
 * tool-session      the session behind it, and what happened between two calls (late-output)
 * run-action        does a call; exec-result and kept-output find and shape what a command wrote,
 *                   read-range reads on in it
 * results           what comes back; model-text makes text of it
 * redactor          takes secrets (secrets) out of text, chunk by chunk
 * shape-output      head and tail of what is too long; count-lines for both sides of it
 * ai-sdk, openai, anthropic, langchain   the tool as each framework wants it; subpath exports of their own
 * ```
 *
 * A call: check the input, open the session, run the action in it, take secrets out, shape, add what
 * background jobs wrote meanwhile.
 */
export { countLines, countNewlines } from './count-lines.ts';
export { createRedactor, type Redactor, type RedactorStream, redactedMark } from './redactor.ts';
export type * from './results.ts';
export {
  createRuntimeTool,
  type RunOptions,
  type RuntimeTool,
  type RuntimeToolOptions,
} from './runtime-tool.ts';
export { type RedactRule, resolveSecrets, type Secrets, wellKnownSecrets } from './secrets.ts';
export {
  createOutputShaper,
  defaultMaxCharacters,
  type OmittedRange,
  type OutputShaper,
  type ShapedOutput,
  type ShapeOptions,
  shapeOutput,
} from './shape-output.ts';
export { type JsonSchema, type RuntimeAction, runtimeActions, runtimeJsonSchema } from './tool-input.ts';
