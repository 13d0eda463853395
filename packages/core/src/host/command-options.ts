/** Checks a command and its options. */
import {
  type CommandEnvelope,
  type CommandId,
  createCommandId,
  type ExecOptions,
  execOptionsSchema,
  InvalidCommandError,
  type Language,
  type OutputEncoding,
  type RuntimeCommand,
} from '@holdfast/protocol';

export interface CommandDefaults {
  language: Language;
  languages: readonly Language[];
  timeoutMs: number;
  describe(): string;
}

/** Whether it is streamed is known only once the caller had a chance to iterate. */
export type CommandDraft = CommandEnvelope;

/** The two ways to pass a command, as one. */
export const toRuntimeCommand = <Encoding extends OutputEncoding>(
  command: string | RuntimeCommand<Encoding>,
  options?: ExecOptions<Encoding>,
): RuntimeCommand<Encoding> => {
  if (typeof command !== 'string') return { ...command, ...options };
  return options ? { ...options, command } : { command };
};

/** @throws INVALID_COMMAND with every problem named */
export const draftCommand = (
  input: RuntimeCommand,
  defaults: CommandDefaults,
  id: CommandId = input.commandId ?? createCommandId(),
): CommandDraft => {
  const problems = findProblems(input, defaults);
  if (problems.length > 0) {
    throw new InvalidCommandError(
      `The command for ${defaults.describe()} can not be taken: ${problems.join('; ')}`,
      {
        data: { commandId: id, problems },
      },
    );
  }
  const { command, language = defaults.language, timeoutMs = defaults.timeoutMs, stdin, cwd, env } = input;
  const draft: CommandDraft = { id, code: command, language, timeoutMs, stream: false };
  if (cwd !== undefined) draft.cwd = cwd;
  if (env !== undefined) draft.env = env;
  if (stdin !== undefined) draft.stdin = toStdin(stdin);
  return draft;
};

const findProblems = (input: RuntimeCommand, { languages }: CommandDefaults): string[] => {
  const problems: string[] = [];
  if (typeof input.command !== 'string')
    problems.push(`command: expected a string, got ${typeof input.command}`);
  // Checking costs 10 µs: the plain call, which has nothing to check, does not pay for it.
  if (Object.keys(input).length > 1) {
    const parsed = execOptionsSchema.safeParse(input);
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
    }
  }
  const { language } = input;
  if (problems.length === 0 && language && !languages.includes(language)) {
    problems.push(`language: ${language} is not among the manager's (${languages.join(', ')})`);
  }
  return problems;
};

const encoder = new TextEncoder();

export const toBytes = (data: string | Uint8Array): Uint8Array =>
  typeof data === 'string' ? encoder.encode(data) : data;

// The word 'open' asks for an open stdin; as text to send it can be given as bytes.
const toStdin = (stdin: NonNullable<RuntimeCommand['stdin']>): Uint8Array | 'open' =>
  stdin === 'open' ? 'open' : toBytes(stdin);
