/** Reads the command line of `exec`. */
import { usageError } from '../cli-error.ts';
import { joinWords } from '../command-text.ts';
import { parseDuration } from '../durations.ts';
import { execOptions } from './exec-options.ts';
import { parseOptions } from './late.ts';

export interface ExecRequest {
  session: string;
  /** Absent: it comes on standard input. */
  command?: string;
  language?: string;
  timeoutMs?: number;
  cwd?: string;
  env?: Record<string, string>;
  isStream: boolean;
  takesStdin: boolean;
  /** As told; absent: it depends on what stdout is. */
  json?: boolean;
}

/** @returns undefined where help is asked for */
export const parseExec = (args: readonly string[]): ExecRequest | undefined => {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  // Without options there is nothing to parse: Node's parser takes half a millisecond to load.
  const isPlain = own.every((word) => !word.startsWith('-'));
  const { values, positionals }: Parsed = isPlain ? { values: {}, positionals: own } : parse([...own]);
  if (values.help) return undefined;
  const [session, ...loose] = positionals;
  if (session === undefined) throw usageError('exec needs a session: holdfast exec ID -- COMMAND');
  const words = end === -1 ? loose : args.slice(end + 1);
  if (end !== -1 && loose.length > 0)
    throw usageError(`One session at a time, not ${loose.join(' ')} as well.`);
  const takesStdin = values.stdin === true;
  if (takesStdin && words.length === 0) throw usageError('With --stdin the command is written after --.');
  const { language, timeout, cwd, env } = values as Record<string, string | undefined> & { env?: string[] };
  return {
    session,
    ...(words.length > 0 ? { command: joinWords(words) } : {}),
    ...(language === undefined ? {} : { language: parseLanguage(language) }),
    ...(timeout === undefined ? {} : { timeoutMs: parseDuration('--timeout', timeout) }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: parseEnvironment(env) }),
    isStream: values.stream === true,
    takesStdin,
    ...jsonOf(values),
  };
};

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

interface Parsed {
  values: Values;
  positionals: readonly string[];
}

const parse = (args: string[]): Parsed => {
  const options = Object.fromEntries(
    execOptions.map(({ name, short, value, isRepeatable }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        ...(short ? { short } : {}),
        ...(isRepeatable ? { multiple: true } : {}),
      },
    ]),
  );
  try {
    return parseOptions({
      args,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw usageError(
      `${(error as Error).message.split('. ')[0]}. holdfast exec --help lists the options; a command is written after --.`,
    );
  }
};

const jsonOf = (values: Values): { json?: boolean } => {
  if (values['no-json']) return { json: false };
  return values.json ? { json: true } : {};
};

const languageNames: Readonly<Record<string, string>> = {
  bash: 'bash',
  sh: 'bash',
  zsh: 'bash',
  shell: 'bash',
  python: 'python',
  python3: 'python',
  node: 'node',
  javascript: 'node',
};

export const parseLanguage = (name: string): 'bash' | 'python' | 'node' => {
  const language = languageNames[name];
  if (language === undefined)
    throw usageError(`There is no language ${JSON.stringify(name)}: bash, python, node.`);
  return language as 'bash';
};

/** `NAME=value`, or `NAME` for what this program itself has under that name. */
export const parseEnvironment = (
  entries: readonly string[],
  own: NodeJS.ProcessEnv = process.env,
): Record<string, string> => {
  const pairs = entries.flatMap((entry): [string, string][] => {
    const at = entry.indexOf('=');
    if (at === 0 || entry === '') throw usageError(`--env takes NAME=value, not ${JSON.stringify(entry)}.`);
    if (at > 0) return [[entry.slice(0, at), entry.slice(at + 1)]];
    const value = own[entry];
    return value === undefined ? [] : [[entry, value]];
  });
  return Object.fromEntries(pairs);
};
