/** `session_start`, `session_list`, `session_reset`, `session_interrupt`, `session_end`: the life of a session. */
import { type InterruptAnswer, languageSchema, operations, type SessionConfig } from '@holdfast/protocol';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { describeSession } from './describe-session.ts';
import { endAnswer, interruptAnswer, listAnswer, resetAnswer, startAnswer } from './schemas.ts';
import { answering, factsAnswer, type ToolContext } from './tool-context.ts';
import { session_id } from './tool-inputs.ts';

const milliseconds = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);

const startInput = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'letters, digits, ".", "_" and "-", at most 100')
    .optional()
    .describe('A live session of this name is continued. Default: a new one.'),
  cwd: z.string().min(1).optional().describe('Working directory. Default: the server’s.'),
  env: z.record(z.string(), z.string()).optional().describe('Laid over the inherited environment.'),
  language: languageSchema.optional().describe('Of commands that name none. Default: bash.'),
  shell: z.string().min(1).optional().describe('Program of the shell: /bin/bash, /bin/sh, /bin/zsh.'),
  timeout_ms: milliseconds.optional().describe('Limit of a command. Default 30,000; 0 means none.'),
  idle_timeout_ms: milliseconds
    .optional()
    .describe('The session ends after so long without a command. Default 1,800,000; 0 means never.'),
  setup: z
    .array(z.string())
    .optional()
    .describe('Commands that are run at the start, and again if a process had to be replaced.'),
});

const sessionInput = z.strictObject({ session_id });

export const registerSessionTools = (server: McpServer, context: ToolContext): void => {
  const { sessions, secrets, outputs, sessionDefaults } = context;

  server.registerTool(
    'session_start',
    {
      title: 'Start a session',
      description:
        'Starts a session with live bash, Python and Node, or continues the one of that name. Directory, variables, functions, imports and background jobs stay from one command to the next.',
      inputSchema: startInput,
      outputSchema: startAnswer,
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: false,
        openWorldHint: false,
      },
    },
    answering(context, async ({ name, ...settings }) => {
      secrets.learn(settings.env);
      const { session, created } = sessions.open(name, configOf(sessionDefaults, settings));
      // A session that is at work would keep the caller waiting. A new one must be up: what is wrong with its
      // settings shows now.
      const state = created || session.status !== 'busy' ? await session.state() : undefined;
      return factsAnswer(context, {
        session_id: session.id,
        name: session.workspaceId,
        created,
        status: session.status,
        ...(state ? { language: state.language, working_dir: state.working_dir } : {}),
      });
    }),
  );

  server.registerTool(
    'session_list',
    {
      title: 'List sessions',
      description: 'Lists the live sessions with their states.',
      inputSchema: z.strictObject({}),
      outputSchema: listAnswer,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    answering(context, async () =>
      factsAnswer(context, { sessions: sessions.list().map((session) => describeSession(session, outputs)) }),
    ),
  );

  server.registerTool(
    'session_reset',
    {
      title: 'Reset a session',
      description: operations.reset.summary,
      inputSchema: sessionInput,
      outputSchema: resetAnswer,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    answering(context, async ({ session_id: reference }) => {
      const session = sessions.find(reference);
      await session.reset();
      const message = 'The session starts afresh: state, background jobs and queued commands are gone.';
      return factsAnswer(context, { session_id: session.id, status: session.status, message });
    }),
  );

  server.registerTool(
    'session_interrupt',
    {
      title: 'Interrupt the running command',
      description: operations.interrupt.summary,
      inputSchema: sessionInput,
      outputSchema: interruptAnswer,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    answering(context, async ({ session_id: reference }) => {
      const session = sessions.find(reference);
      const answer = await session.interrupt();
      return factsAnswer(context, { session_id: session.id, answer, message: explain(answer) });
    }),
  );

  server.registerTool(
    'session_end',
    {
      title: 'End a session',
      description: `${operations.terminate.summary} Its processes and background jobs end with it.`,
      inputSchema: sessionInput,
      outputSchema: endAnswer,
      annotations: {
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: false,
        openWorldHint: false,
      },
    },
    answering(context, async ({ session_id: reference }) => {
      const session = sessions.find(reference);
      await session.terminate();
      return factsAnswer(context, { session_id: session.id, ended: true });
    }),
  );
};

const configOf = (
  defaults: SessionConfig,
  { timeout_ms, idle_timeout_ms, env, ...settings }: Omit<z.infer<typeof startInput>, 'name'>,
): SessionConfig => ({
  ...defaults,
  ...settings,
  ...(env ? { env: { ...defaults.env, ...env } } : {}),
  ...(timeout_ms === undefined ? {} : { timeoutMs: timeout_ms }),
  ...(idle_timeout_ms === undefined ? {} : { idleTimeoutMs: idle_timeout_ms }),
});

const explain = (answer: InterruptAnswer): string => {
  if (answer === 'interrupted')
    return 'The running command is being stopped; its own answer tells what it took.';
  if (answer === 'idle') return 'No command was running.';
  return answer === 'terminated' ? 'The session has ended.' : 'That command is not running.';
};
