/** Zod schemas for what comes from outside: host options here, later tools, HTTP and the command line. */
import { z } from 'zod';
import { languages } from './command.ts';
import { commandIdPattern } from './ids.ts';

export const millisecondsSchema = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);
export const environmentSchema = z.record(
  z.string().regex(/^[^=\0]+$/, 'no "=" or NUL in a name'),
  z.string().regex(/^[^\0]*$/, 'no NUL in a value'),
);
export const pathSchema = z
  .string()
  .min(1)
  .regex(/^[^\0]+$/, 'no NUL in a path');

export const languageSchema = z.enum(languages);

export const sessionConfigSchema = z.strictObject({
  cwd: pathSchema.optional(),
  env: environmentSchema.optional(),
  inheritEnv: z.union([z.boolean(), z.array(z.string())]).optional(),
  shell: pathSchema.optional(),
  language: languageSchema.optional(),
  timeoutMs: millisecondsSchema.optional(),
  idleTimeoutMs: millisecondsSchema.optional(),
  maxHistorySize: z.number().int().min(0).optional(),
  maxQueue: z.number().int().min(0).optional(),
  maxOutputBytes: z.number().int().min(2).optional(),
  spillOutput: z.union([z.boolean(), pathSchema]).optional(),
  setup: z
    .array(
      z.union([z.string(), z.strictObject({ command: z.string(), language: languageSchema.optional() })]),
    )
    .optional(),
  share: z.strictObject({ cwd: z.boolean().optional(), env: z.boolean().optional() }).optional(),
});

/** The part of a command's options that is data; callbacks and signals are checked where they are used. */
export const execOptionsSchema = z.object({
  language: languageSchema.optional(),
  timeoutMs: millisecondsSchema.optional(),
  stdin: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
  cwd: pathSchema.optional(),
  env: environmentSchema.optional(),
  encoding: z.enum(['utf8', 'bytes']).optional(),
  commandId: z.string().regex(commandIdPattern, 'cmd_ and 20 characters of 0-9a-z').optional(),
});
