/**
 * Benchmarks: one command's round trip through the whole stack, beside the floor of its language
 * and one process per command, interleaved in one run.
 *
 * - `subjects/`  what is measured: each opens, runs one command at a time, closes
 * - `measure`    interleaved rounds, medians and percentiles
 * - `report`     table and JSON
 *
 * Figures are ratios within one run: on a shared machine times wander, ratios much less.
 */
import { parseArgs } from 'node:util';
import type { Language } from 'holdfast';
import { describeMachine } from './machine.ts';
import { measure } from './measure.ts';
import { toJson, toTable } from './report.ts';
import type { Group } from './subject.ts';
import { barePipe } from './subjects/bare-pipe.ts';
import { processPerCommand } from './subjects/process-per-command.ts';
import { openSessions } from './subjects/session.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const help = `npm run bench -- [--quick] [--json]

  --quick   fewer rounds: under a minute
  --json    one JSON object instead of the table
`;

// The least each language can be asked to do.
const commands: [Language, string][] = [
  ['bash', 'true'],
  ['python', 'pass'],
  ['node', '0'],
];

const run = async (): Promise<void> => {
  const sessions = openSessions();
  const groups = commands.map(
    ([language, command]): Group => ({
      name: `${language} \`${command}\``,
      subjects: [barePipe(language), sessions.subject(language, command), processPerCommand(language)],
    }),
  );
  const showProgress = (text: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  };
  const results = await measure({ groups, rounds: options.quick ? 15 : 60, onProgress: showProgress });
  showProgress('');
  await sessions.close();
  const machine = describeMachine();
  process.stdout.write(options.json ? toJson(machine, results) : toTable(machine, results));
};

if (options.help) process.stdout.write(help);
else await run();
