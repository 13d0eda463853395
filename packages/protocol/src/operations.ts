/**
 * What can be done with a session, as data. Tools, HTTP routes, the command line and documentation
 * are made from this one table, so that they can not drift apart.
 */
import { z } from 'zod';
import { languageSchema } from './schemas.ts';

/** What of a command can be read later. */
export const outputSources = ['stdout', 'stderr', 'late_stdout', 'late_stderr', 'result'] as const;

export type OutputSource = (typeof outputSources)[number];

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
  jobs: {
    summary: 'Lists background jobs that are still running, with the commands that started them.',
    input: z.object({ language }),
    readOnly: true,
  },
  read_output: {
    summary:
      'Reads output of an earlier command: what was left out of a long one, or what its jobs wrote later.',
    input: z.object({
      command_id: z.string().describe('Id of the command, as its result named it.'),
      stream: z
        .enum(outputSources)
        .optional()
        .describe('Which output; late_stdout and late_stderr are those of background jobs. Default: stdout.'),
      from_line: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe('First line to read, counted from 1. Default: 1.'),
      to_line: z.number().int().min(1).optional().describe('Last line to read.'),
      from_byte: z.number().int().min(0).optional().describe('Instead of lines: first byte, counted from 0.'),
      to_byte: z
        .number()
        .int()
        .min(0)
        .optional()
        .describe('Instead of lines: end of the bytes, not included.'),
    }),
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
