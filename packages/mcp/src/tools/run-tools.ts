/** `session_exec` and `session_eval`: run code in a live session. */
import { operations } from '@holdfast/protocol';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { createProgressReporter, type ToolExtra } from '../progress.ts';
import { readCommand } from '../run-command.ts';
import { composeRunAnswer } from './run-answer.ts';
import { runAnswer } from './schemas.ts';
import { answering, type ToolContext } from './tool-context.ts';
import { session_id } from './tool-inputs.ts';

const cwd = z.string().min(1).optional().describe('Working directory for this command alone.');
const env = z.record(z.string(), z.string()).optional().describe('Environment for this command alone.');

// Code may do anything, on this machine and beyond.
const annotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};

export const registerRunTools = (server: McpServer, context: ToolContext): void => {
  server.registerTool(
    'session_exec',
    {
      title: 'Run a command',
      description: `${operations.exec.summary} For servers and other long work use & and read their output later; the session's own time limit is 30 s unless it was started with another.`,
      inputSchema: operations.exec.input.extend({ session_id, cwd, env }).strict(),
      outputSchema: runAnswer,
      annotations,
    },
    answering(context, ({ session_id: reference, command, ...options }, extra) =>
      run(context, extra, 'exec', { ...options, code: command, reference }),
    ),
  );
  server.registerTool(
    'session_eval',
    {
      title: 'Evaluate an expression',
      description: operations.eval.summary,
      inputSchema: operations.eval.input.extend({ session_id }).strict(),
      outputSchema: runAnswer,
      annotations,
    },
    answering(context, ({ session_id: reference, ...options }, extra) =>
      run(context, extra, 'eval', { ...options, reference }),
    ),
  );
};

interface RunRequest extends Omit<z.infer<typeof operations.exec.input>, 'command'> {
  reference: string;
  code: string;
  cwd?: string;
  env?: Record<string, string>;
}

const run = async (
  { sessions, secrets, outputs, late, maxCharacters }: ToolContext,
  extra: ToolExtra,
  method: 'exec' | 'eval',
  { reference, code, language, timeout_ms, stdin, cwd, env }: RunRequest,
): Promise<CallToolResult> => {
  const session = sessions.find(reference);
  secrets.learn(env);
  const { redactor } = secrets;
  const execution = session[method](code, {
    ...(language ? { language } : {}),
    ...(timeout_ms === undefined ? {} : { timeoutMs: timeout_ms }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    // The client's cancellation: drops the command while it waits, interrupts it while it runs.
    signal: extra.signal,
  });
  const progress = createProgressReporter(extra);
  const finished = await readCommand(execution, {
    session: session.id,
    redactor,
    outputs,
    progress,
    maxCharacters,
  });
  return composeRunAnswer(finished, { session, redactor, maxCharacters, late: late.take(session.id) });
};
