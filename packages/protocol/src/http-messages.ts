/**
 * What the daemon's HTTP API takes and gives, as zod schemas: bodies, queries, answers, stream events.
 *
 * Requests are checked with them; answers are typed and documented by them. Names are those of the
 * interfaces in `api.ts`. Bytes travel as base64 where `encoding` is `bytes`.
 */
import { z } from 'zod';
import { errorCodes } from './errors.ts';
import { type CommandId, commandIdPattern, type SessionId, sessionIdPattern } from './ids.ts';
import {
  environmentSchema,
  languageSchema,
  millisecondsSchema,
  pathSchema,
  sessionConfigSchema,
} from './schemas.ts';

const maxNameLength = 1_024;

// A name like an id would hide the session of that id; `.` and `..` do not survive in a URL.
const isName = (text: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  !/[\u0000-\u001f\u007f]/.test(text) && text !== '.' && text !== '..' && !/\p{Surrogate}/u.test(text);

/** A workspace id as the daemon takes it. */
export const workspaceIdSchema = z
  .string()
  .min(1)
  .max(maxNameLength)
  .refine((text) => isName(text) && !text.startsWith('sess_'), {
    message: 'no control characters, not "." or "..", not beginning with "sess_"',
  })
  .describe('Name of a workspace; one session each.');

// Strings to JSON schema and to callers; once checked, ids.
const sessionIdSchema = z
  .string()
  .regex(sessionIdPattern, 'sess_ and 20 characters of 0-9a-z') as unknown as z.ZodType<SessionId, string>;
const commandIdSchema = z
  .string()
  .regex(commandIdPattern, 'cmd_ and 20 characters of 0-9a-z') as unknown as z.ZodType<CommandId, string>;
const base64Schema = z.base64();
const countSchema = z.number().int().min(0);
const timeSchema = z.iso.datetime().describe('ISO 8601, UTC.');
const encodingSchema = z.enum(['utf8', 'bytes']).describe('`bytes`: output as base64, exact.');

export const sessionParams = z.object({
  session: z.union([sessionIdSchema, workspaceIdSchema]).describe('Session id (`sess_…`) or workspace id.'),
});
export const commandParams = sessionParams.extend({ command: commandIdSchema });

export const openSessionBody = z.strictObject({
  workspaceId: workspaceIdSchema.optional().describe('Default: the session’s own id without `sess_`.'),
  sessionId: sessionIdSchema.optional().describe('Id for a new session. Default: a random one.'),
  config: sessionConfigSchema.optional(),
});

export const execBody = z.strictObject({
  command: z.string(),
  commandId: commandIdSchema
    .optional()
    .describe(
      'A request with the id of an earlier command runs nothing: it is answered with that one’s result.',
    ),
  language: languageSchema.optional(),
  timeoutMs: millisecondsSchema.optional(),
  stdin: z
    .union([z.string(), z.strictObject({ base64: base64Schema }), z.strictObject({ open: z.literal(true) })])
    .optional()
    .describe('Whole standard input, or open: it is written with requests of its own.'),
  cwd: pathSchema.optional(),
  env: environmentSchema.optional(),
  encoding: encodingSchema.optional(),
});

export const languageQuery = z.object({ language: languageSchema.optional() });
export const historyQuery = z.object({ limit: z.coerce.number().int().min(0).optional() });
export const stdinQuery = z.object({
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Bytes written before these; what is known already is skipped.'),
  end: z.enum(['true', 'false']).optional().describe('Close standard input after these bytes.'),
});
export const outputQuery = z.object({
  encoding: encodingSchema.optional(),
  follow: z
    .enum(['true', 'false'])
    .optional()
    .describe('Go on with late output until the last job has ended.'),
});
export const eventsQuery = z.object({ session: z.union([sessionIdSchema, workspaceIdSchema]).optional() });

const mimeBundleSchema = z.object({ text: z.string(), data: z.record(z.string(), z.string()) });

export const outputMessage = z
  .object({
    commandId: commandIdSchema,
    language: languageSchema,
    stdout: z.string(),
    stderr: z.string(),
    exitCode: z.number().int().nullable(),
    signal: z.string().nullable(),
    success: z.boolean(),
    error: z.object({ name: z.string(), message: z.string(), traceback: z.string().optional() }).optional(),
    result: mimeBundleSchema.optional(),
    outputs: z.array(mimeBundleSchema).optional(),
    durationMs: z.number(),
    timedOut: z.boolean(),
    interrupted: z.boolean(),
    interruption: z
      .object({ asked: z.string(), escalatedTo: z.string().optional(), stateKept: z.boolean() })
      .optional(),
    exited: z.boolean(),
    truncated: z.object({ stdoutOmittedBytes: countSchema, stderrOmittedBytes: countSchema }).optional(),
    fullOutputPath: z.string().optional(),
    epoch: z.number().int(),
    stateLost: z.object({ reason: z.string(), language: languageSchema }).optional(),
  })
  .describe('Result of a command; stdout and stderr are base64 where `bytes` was asked for.');

const statusSchema = z.enum(['spawning', 'idle', 'busy', 'resetting', 'terminated']);

export const sessionMessage = z.object({
  sessionId: sessionIdSchema,
  workspaceId: z.string(),
  status: statusSchema,
  queueLength: countSchema,
  threadId: z.number().int().optional(),
  program: z.string().describe('What it was started with: `bash`, `/bin/zsh`, `python3`, `node`.'),
  language: languageSchema,
  createdAt: timeSchema,
  lastActivityAt: timeSchema,
  currentCommand: commandIdSchema
    .optional()
    .describe('The oldest that has no result yet: the one that runs, if any does.'),
  executionCount: countSchema,
  workingDir: z.string().describe('Where its last command left it, as far as known.'),
  folder: z.string().optional().describe('Its files: metadata.json, state.json, history.log.'),
});

const lostCommandMessage = z.object({
  commandId: commandIdSchema,
  language: languageSchema.optional(),
  command: z.string().describe('Its beginning.'),
  acceptedAt: timeSchema,
});

export const lostSessionMessage = z.object({
  sessionId: sessionIdSchema,
  workspaceId: z.string(),
  folder: z.string(),
  foundAt: timeSchema.describe('When the next daemon found it.'),
  lastExecutedAt: timeSchema.optional(),
  executionCount: countSchema,
  commands: z.array(lostCommandMessage).describe('Accepted, without a result.'),
  tornHistory: z.string().optional().describe('File that the torn last line of history.log was kept in.'),
});

export const historyEntryMessage = z.object({
  commandId: commandIdSchema,
  language: languageSchema,
  command: z.string(),
  startedAt: timeSchema,
  finishedAt: timeSchema,
  durationMs: z.number(),
  exitCode: z.number().int().nullable(),
  success: z.boolean(),
  timedOut: z.boolean(),
  interrupted: z.boolean(),
});

export const stateMessage = z.object({
  status: statusSchema,
  language: languageSchema,
  env_vars: z.record(z.string(), z.string()),
  functions: z.array(z.string()),
  aliases: z.record(z.string(), z.string()),
  imports: z.record(z.string(), z.string()),
  variables: z.array(z.object({ name: z.string(), type: z.string(), preview: z.string() })),
  working_dir: z.string(),
  jobs: z.array(
    z.object({ pid: z.number().int(), command: z.string(), commandId: commandIdSchema.optional() }),
  ),
  history: z.array(historyEntryMessage),
  epoch: z.number().int(),
});

export const commandMessage = z.object({
  id: commandIdSchema,
  language: languageSchema,
  code: z.string(),
  status: z.enum(['queued', 'running', 'finished']),
  output: outputMessage.optional(),
  outputSoFar: z.object({ stdout: z.string(), stderr: z.string(), omittedBytes: countSchema }).optional(),
  lateOutput: z.object({
    stdout: z.string(),
    stderr: z.string(),
    omittedBytes: countSchema,
    open: z.boolean(),
  }),
});

export const healthMessage = z.object({
  status: z.enum(['ok', 'closing']),
  version: z.string().optional(),
  daemonId: z.string().optional(),
  pid: z.number().int().optional(),
  startedAt: timeSchema.optional(),
  sessions: countSchema.optional(),
});

const interruptAnswerSchema = z
  .string()
  .describe('`interrupted`, `idle`, `terminated` or `not-running(ID)`.');

export const errorMessage = z.object({
  error: z.object({
    name: z.string(),
    message: z.string(),
    code: z.enum(errorCodes).optional(),
    data: z.record(z.string(), z.unknown()).optional(),
  }),
});

export const sessionListMessage = z.object({
  sessions: z.array(sessionMessage),
  lost: z.array(lostSessionMessage).describe('What went down with an earlier daemon that was killed.'),
});
export const openedMessage = z.object({ session: sessionMessage, created: z.boolean() });
export const terminatedMessage = z.object({ terminated: z.boolean() });
export const terminatedAllMessage = z.object({ terminated: countSchema });
export const historyMessage = z.object({ entries: z.array(historyEntryMessage) });
export const interruptMessage = z.object({ answer: interruptAnswerSchema });
export const stdinMessage = z.object({ written: countSchema.describe('Bytes taken in all.') });
export const lostMessage = z.object({ lost: z.array(lostSessionMessage) });
export const emptyMessage = z.object({});

/** Events of a command's stream. `id` of `output` and `late-output`: resume with it as `Last-Event-ID`. */
export const outputEvents = {
  accepted: z.object({ commandId: commandIdSchema, sessionId: sessionIdSchema }),
  output: z.object({
    stream: z.enum(['stdout', 'stderr']),
    text: z.string().optional(),
    base64: base64Schema.optional(),
  }),
  'late-output': z.object({
    stream: z.enum(['stdout', 'stderr']),
    text: z.string().optional(),
    base64: base64Schema.optional(),
  }),
  gap: z.object({ omittedBytes: countSchema }).describe('So much is buffered no longer.'),
  state: z
    .object({ event: countSchema, status: statusSchema, queueLength: countSchema })
    .describe('The session when the command was over; `event` is the number of the last event before.'),
  result: outputMessage,
  error: errorMessage,
} as const;

/** Events of the daemon's stream. */
export const daemonEvents = {
  hello: z
    .object({ daemonId: z.string(), sessions: z.array(sessionMessage) })
    .describe('First on every connection: all sessions as they are now.'),
  event: z.looseObject({ type: z.string(), sessionId: sessionIdSchema, workspaceId: z.string() }),
  gap: z.object({ omittedEvents: countSchema }).describe('So many are buffered no longer.'),
} as const;

/** Events of an inspection stream; `id` is the record's `seq`. */
export const inspectionEvents = {
  record: z.object({
    seq: z.number().int(),
    at: z.number(),
    sessionId: sessionIdSchema,
    actor: z.string(),
    event: z.string(),
    from: z.string(),
    to: z.string(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  }),
  end: emptyMessage,
} as const;
