import { readFileSync } from 'node:fs';
import { errorCodes } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { exitCodeMeanings, exitCodeOfError, exitCodes } from './exit-codes.ts';

const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');

describe('exit codes', () => {
  it('are those of the page, in its words', () => {
    const rows = [...page.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(
      ([, code, meaning]) => `${code} ${meaning}`,
    );
    const known = Object.entries(exitCodes).map(
      ([name, code]) => `${code} ${exitCodeMeanings[name as keyof typeof exitCodes]}`,
    );
    expect(rows).toEqual(known);
  });

  it('differ', () => {
    const codes = Object.values(exitCodes);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('are there for every error', () => {
    expect(Object.keys(exitCodeOfError).sort()).toEqual([...errorCodes].sort());
  });
});
