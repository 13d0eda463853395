/**
 * Benchmarks: what Holdfast costs, beside the least it could cost and beside its peers, in one run.
 *
 * - `rows/`      what is compared, with the goals; each row makes groups of subjects
 * - `subjects/`  what is measured in this process: floors, Holdfast
 * - `peers/`     other tools, as far as this machine has them
 * - `probes/`    what needs a process of its own: memory, hundreds of sessions
 * - `measure`    rounds in turns, medians of the rounds' ratios; `verdict` holds them to the goals
 * - `report`, `draw/`, `publish`  tables, pictures, files
 *
 * Figures are ratios within one run: on a shared machine times wander, ratios much less.
 */
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.ts';
import { measureGroup } from './measure.ts';
import { findPeers } from './peers/find.ts';
import { toJson, toTable } from './report.ts';
import type { GroupResult, Report } from './results.ts';
import { groupsOf } from './rows/all.ts';
import { sizes } from './sizes.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const help = `npm run bench -- [--quick] [--only <row>] [--json]

  --quick        less of everything: under a minute in all
  --only <row>   one row, or one group of it: roundtrip, roundtrip/bash; may be repeated
  --json         one JSON object instead of the table
`;

const run = async (): Promise<Report> => {
  const size = options.quick ? 'quick' : 'full';
  const machine = describeMachine();
  const groups = groupsOf({ sizes: sizes[size], peers: await findPeers() }, options.only);
  const results: GroupResult[] = [];
  for (const group of groups) results.push(await measureGroup(group, showProgress));
  showProgress('');
  return { machine, at: new Date().toISOString(), size, groups: results };
};

const showProgress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
};

if (options.help) {
  process.stdout.write(help);
} else {
  const report = await run();
  process.stdout.write(options.json ? toJson(report) : toTable(report));
}
