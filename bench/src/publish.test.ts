import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toMarkdown } from './markdown.ts';
import { performancePage, resultsFolder } from './paths.ts';
import { drawPictures, fillPage, readLatest } from './publish.ts';

describe('what is published', () => {
  const report = readLatest();
  const fileOf = (name: string): string => readFileSync(join(resultsFolder, name), 'utf8');

  it('is of one run: page, tables and pictures say what results/latest.json says', () => {
    const page = readFileSync(performancePage, 'utf8');
    expect(fillPage(page, report)).toBe(page);
    expect(fileOf('latest.md')).toBe(toMarkdown(report));
    for (const [name, content] of drawPictures(report)) expect(fileOf(name), name).toBe(content);
  });

  it('has the figures of every row', () => {
    const page = readFileSync(performancePage, 'utf8');
    const inTables = report.groups.filter(({ id }) => !id.startsWith('hops/'));
    for (const { title } of inTables) expect(page).toContain(`**${title}**`);
    for (const { verdicts } of report.groups)
      for (const { what } of verdicts) expect(page).toContain(`| ${what} |`);
  });

  it('is told apart from what nobody measures', () => {
    expect(() => fillPage('<!-- figures: luck --><!-- /figures -->', report)).toThrow('no figures "luck"');
  });
});

describe('pictures', () => {
  it('are whole SVG without a number that is none', () => {
    for (const [name, content] of drawPictures(readLatest())) {
      expect(content, name).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
      expect(content, name).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});
