/** What the tools answer, as schemas: clients get them as JSON Schema, and answers are checked against them. */
import { languageSchema } from '@holdfast/protocol';
import { z } from 'zod';

const sessionId = z.string().describe('Id of the session: sess_…');
const commandId = z.string().describe('Id of the command: cmd_…');
const status = z.enum(['spawning', 'idle', 'busy', 'resetting', 'terminated']);
const time = z.string().describe('ISO 8601, UTC.');

const omitted = z
  .object({
    characters: z.int(),
    from_line: z.int(),
    to_line: z.int(),
  })
  .describe('What was left out of the middle; read it with session_read_output.');

export const startAnswer = z.object({
  session_id: sessionId,
  name: z.string(),
  created: z
    .boolean()
    .describe('False: a live session of this name was found; settings given now have no effect.'),
  status,
  language: languageSchema.optional().describe('Of commands that name none. Absent while it is at work.'),
  working_dir: z.string().optional().describe('Absent while it is at work.'),
});

export const runAnswer = z.object({
  session_id: sessionId,
  command_id: commandId,
  language: languageSchema,
  stdout: z.string(),
  stderr: z.string(),
  stdout_omitted: omitted.optional(),
  stderr_omitted: omitted.optional(),
  exit_code: z.int().nullable().describe('null: it died without one.'),
  success: z.boolean(),
  execution_time_ms: z.number(),
  result: z.string().optional().describe('Value of the last expression (Python, Node).'),
  error: z.object({ name: z.string(), message: z.string() }).optional().describe('Uncaught error.'),
  timed_out: z.boolean(),
  interrupted: z.boolean(),
  exited: z.boolean().describe('The code asked to end; the session went on.'),
  epoch: z.int().describe('How many processes the language has had in this session.'),
  state_lost: z
    .object({ language: languageSchema, reason: z.string() })
    .optional()
    .describe('Variables, functions and imports of this language are gone.'),
  late_output: z
    .array(z.object({ command_id: commandId, stdout: z.string(), stderr: z.string() }))
    .optional()
    .describe('What background jobs of earlier commands wrote since the last call.'),
  notes: z.array(z.string()).describe('What else is worth knowing.'),
});

export const stateAnswer = z.object({
  session_id: sessionId,
  status,
  language: languageSchema,
  epoch: z.int(),
  working_dir: z.string(),
  env_vars: z.record(z.string(), z.string()),
  functions: z.array(z.string()),
  aliases: z.record(z.string(), z.string()),
  imports: z.record(z.string(), z.string()),
  variables: z.array(z.object({ name: z.string(), type: z.string(), preview: z.string() })),
  jobs: z.array(z.object({ pid: z.int(), command: z.string(), command_id: commandId.optional() })),
  notes: z.array(z.string()),
});

export const historyAnswer = z.object({
  session_id: sessionId,
  entries: z.array(
    z.object({
      command_id: commandId,
      language: languageSchema,
      command: z.string(),
      started_at: time,
      finished_at: time,
      execution_time_ms: z.number(),
      exit_code: z.int().nullable(),
      success: z.boolean(),
      timed_out: z.boolean(),
      interrupted: z.boolean(),
    }),
  ),
});

export const resetAnswer = z.object({ session_id: sessionId, status, message: z.string() });

export const interruptAnswer = z.object({
  session_id: sessionId,
  answer: z.string().describe('interrupted, idle, terminated, or not-running(id).'),
  message: z.string(),
});

export const endAnswer = z.object({ session_id: sessionId, ended: z.boolean() });

export const listAnswer = z.object({
  sessions: z.array(
    z.object({
      session_id: sessionId,
      name: z.string(),
      status,
      queue_length: z.int().describe('Commands that wait, without the running one.'),
      commands: z
        .array(commandId)
        .describe('Running and waiting commands of MCP clients; session_read_output shows what they wrote.'),
      last_activity_at: time,
    }),
  ),
});

export const readOutputAnswer = z.object({
  session_id: sessionId,
  command_id: commandId,
  stream: z.string(),
  status: z.enum(['queued', 'running', 'finished']),
  text: z.string(),
  from_line: z.int().describe('Number of the first line of text.'),
  to_line: z.int().describe('Number of the last line of text.'),
  total_lines: z.int(),
  total_bytes: z.int(),
  text_omitted: omitted.optional(),
  open: z.boolean().describe('More may come.'),
  notes: z.array(z.string()),
});
