/** Writes a run down: `results/latest.json`, `latest.md`, pictures, and the figures of docs/performance.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawBars } from './draw/bars.ts';
import { drawJourney } from './draw/journey.ts';
import { breakdownTable, describeRun, goalTable, groupTables, toMarkdown } from './markdown.ts';
import { performancePage, resultsFolder } from './paths.ts';
import { toJson } from './report.ts';
import type { GroupResult, Report } from './results.ts';

/** A picture of the groups whose ids begin so. */
const pictures: Record<string, { title: string; of: string[]; draw: typeof drawBars }> = {
  roundtrip: { title: 'Round trip of one command, p50', of: ['roundtrip'], draw: drawBars },
  start: { title: 'New sessions and resets, p50', of: ['start'], draw: drawBars },
  throughput: { title: 'Bytes and commands, p50', of: ['stream', 'pipeline'], draw: drawBars },
  crowd: { title: 'Many sessions, p50', of: ['crowd'], draw: drawBars },
  cli: { title: 'A call of the command line, p50', of: ['cli'], draw: drawBars },
  growth: { title: 'How the cost of a command grows, p50', of: ['growth'], draw: drawBars },
  hops: { title: 'Where the time of one command goes, p50', of: ['hops'], draw: drawJourney },
};

/** What stands between `<!-- figures: name -->` and `<!-- /figures -->`. */
const figures: Record<string, (report: Report) => string> = {
  run: describeRun,
  goals: ({ groups }) => goalTable(groups),
  roundtrip: ({ groups }) => groupTables(under(groups, ['roundtrip'])),
  start: ({ groups }) => groupTables(under(groups, ['start'])),
  throughput: ({ groups }) => groupTables(under(groups, ['stream', 'pipeline'])),
  crowd: ({ groups }) => groupTables(under(groups, ['crowd'])),
  cli: ({ groups }) => groupTables(under(groups, ['cli'])),
  growth: ({ groups }) => groupTables(under(groups, ['growth'])),
  hops: ({ groups }) => breakdownTable(under(groups, ['hops'])),
};

const latest = join(resultsFolder, 'latest.json');

export const readLatest = (): Report => JSON.parse(readFileSync(latest, 'utf8')) as Report;

export const writeResults = (report: Report): void => {
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(latest, toJson(report));
  writeFileSync(join(resultsFolder, 'latest.md'), toMarkdown(report));
  for (const [name, content] of drawPictures(report)) writeFileSync(join(resultsFolder, name), content);
};

export const drawPictures = ({ groups }: Pick<Report, 'groups'>): [file: string, content: string][] =>
  Object.entries(pictures).map(([name, { title, of, draw }]) => [
    `${name}.svg`,
    draw(title, under(groups, of)),
  ]);

export const writePage = (report: Report): void =>
  writeFileSync(performancePage, fillPage(readFileSync(performancePage, 'utf8'), report));

/** @throws when the page asks for figures that there are none of */
export const fillPage = (page: string, report: Report): string =>
  page.replace(/<!-- figures: (\w+) -->[\s\S]*?<!-- \/figures -->/g, (_, name: string) => {
    const write = figures[name];
    if (!write)
      throw new Error(`There are no figures "${name}": known are ${Object.keys(figures).join(', ')}`);
    return `<!-- figures: ${name} -->\n\n${write(report)}\n\n<!-- /figures -->`;
  });

const under = (groups: readonly GroupResult[], themes: readonly string[]): GroupResult[] =>
  groups.filter(({ id }) => themes.includes(id.split('/')[0] ?? ''));
