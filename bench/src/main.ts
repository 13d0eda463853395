/**
 * Benchmarks: what Holdfast costs, beside the least it could cost and beside its peers, in one run.
 *
 * - `rows/`      what is compared, with the goals; each row makes groups of subjects
 * - `subjects/`  what is measured: floors, Holdfast, and parts of it
 * - `peers/`     other tools, as far as this machine has them
 * - `probes/`    what needs a process of its own: memory, hundreds of sessions, one core
 * - `measure`    rounds in turns, medians of the rounds' ratios; `verdict` holds them to the goals
 * - `report`, `markdown`, `draw/`, `publish`  tables, pictures, files
 * - `soak/`      another program: faults and hostile commands for minutes
 *
 * Figures are ratios within one run: on a shared machine times wander, ratios much less.
 */
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.ts';
import { measureGroup } from './measure.ts';
import { findPeers } from './peers/find.ts';
import { readLatest, writePage, writeResults } from './publish.ts';
import { toJson, toTable } from './report.ts';
import type { GroupResult, Report } from './results.ts';
import { groupsOf } from './rows/all.ts';
import { sizes } from './sizes.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    'write-docs': { type: 'boolean', default: false },
    redraw: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const help = `npm run bench -- [--quick] [--only <row>] [--json] [--write-docs] [--redraw]

  --quick        less of everything: about a minute in all
  --only <row>   one row, or one group of it: roundtrip, roundtrip/bash; may be repeated
  --json         one JSON object instead of the table
  --write-docs   also writes the figures into docs/performance.md
  --redraw       measures nothing: files, pictures and docs/performance.md from results/latest.json

A run of all rows that is not quick, or that writes docs, also writes bench/results/.
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

const main = async (): Promise<void> => {
  if (options.help) return void process.stdout.write(help);
  const isPart = options.only.length > 0;
  if (isPart && options['write-docs']) {
    throw new Error('The page holds figures of one run: --write-docs does not go with --only');
  }
  const report = options.redraw ? readLatest() : await run();
  process.stdout.write(options.json ? toJson(report) : toTable(report));
  const writesPage = options['write-docs'] || options.redraw;
  if (writesPage || (!isPart && !options.quick)) writeResults(report);
  if (writesPage) writePage(report);
};

await main();
