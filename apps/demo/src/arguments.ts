/** The command line. */
import { parseArgs } from 'node:util';

export interface Arguments {
  face: 'terminal' | 'plain' | 'json';
  help: boolean;
  paceMs: number;
}

/** What the command line was given, and what it was given to. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  isTerminal: boolean;
}

// Long enough to read a command before the next one comes.
const watchablePaceMs = 650;
const longestPaceMs = 2_000;

export const usage = `Usage: npm start [-- options]

Nine sessions work at the same time, each in its own thread: a git workflow, a data
pipeline, a build, a server, a queue, an interrupt, a reset, three languages in one
session, and a recovery. What every command must give back is asserted.

  --plain         lines instead of a live board (the default without a terminal, and in CI)
  --json          one JSON object a line: every event, then the summary
  --pace <ms>     pause between two steps of a session, 0 to ${longestPaceMs}
                  (default ${watchablePaceMs} on the live board, else 0)
  --help          this text

NO_COLOR turns colours off. Ctrl-C ends all sessions and leaves nothing behind.

Exit code: 0 when nothing was lost, 1 when a check did not hold, 2 for a wrong
option, 130 after Ctrl-C.
`;

/** @throws Error with a message for the user */
export const parseArguments = (args: string[], { env, isTerminal }: Surroundings): Arguments => {
  const { values } = parseArgs({
    args,
    options: {
      plain: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      pace: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.plain && values.json) throw new Error('--plain and --json exclude each other.');
  const isLive = isTerminal && env.TERM !== 'dumb' && !isCi(env);
  const face = values.json ? 'json' : values.plain || !isLive ? 'plain' : 'terminal';
  const paceMs =
    values.pace === undefined ? (face === 'terminal' ? watchablePaceMs : 0) : parsePace(values.pace);
  return { face, help: values.help, paceMs };
};

const parsePace = (text: string): number => {
  const pace = Number(text);
  if (/^\d+$/.test(text) && pace <= longestPaceMs) return pace;
  throw new Error(`--pace takes a whole number of milliseconds from 0 to ${longestPaceMs}, not ${text}.`);
};

/** As Ink sees it, which draws nothing there: even an empty `CI` counts. */
const isCi = (env: NodeJS.ProcessEnv): boolean =>
  ['CI', 'CONTINUOUS_INTEGRATION'].some((name) => name in env && !['0', 'false'].includes(env[name] ?? ''));
