/**
 * What can be done with a session, as data. Tools, HTTP routes, the command line and documentation
 * are made from this one table, so that they can not drift apart.
 */
import { z } from 'zod';
import { languageSchema } from './schemas.ts';

export interface Operation {
  /** One sentence for people and models. */
  summary: string;
  input: z.ZodObject;
  /** Safe to repeat; changes nothing. */
  readOnly: boolean;
}

const code = z.string().describe('The code to run. Several lines are fine.');
const language = languageSchema.optional().describe('bash, python or node; default: the session’s.');
const timeout_ms = z.number().int().min(0).optional().describe('Limit in milliseconds; 0 means none.');

export const operations = {
  exec: {
    summary: 'Runs a command in the live session and returns stdout, stderr and exit code. State persists.',
    input: z.object({
      command: code,
      language,
      timeout_ms,
      stdin: z.string().optional().describe('Whole standard input.'),
    }),
    readOnly: false,
  },
  eval: {
    summary: 'Evaluates code and returns the value of its last expression. Python unless told otherwise.',
    input: z.object({ code, language, timeout_ms }),
    readOnly: false,
  },
  state: {
    summary: 'Tells what is alive: variables, functions, imports, environment, working directory, jobs.',
    input: z.object({ language }),
    readOnly: true,
  },
  history: {
    summary: 'Lists the last commands with their times and exit codes.',
    input: z.object({ limit: z.number().int().min(1).optional() }),
    readOnly: true,
  },
  reset: {
    summary: 'Ends all kernels and their background jobs and starts afresh.',
    input: z.object({}),
    readOnly: false,
  },
  interrupt: {
    summary: 'Stops the running command; state is kept wherever it can be.',
    input: z.object({}),
    readOnly: false,
  },
  terminate: {
    summary: 'Ends the session.',
    input: z.object({}),
    readOnly: false,
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
