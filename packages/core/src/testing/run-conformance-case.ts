/** Runs one conformance case against a manager and tells what did not hold. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  ExecOptions,
  Execution,
  OutputStream,
  RuntimeOutput,
  RuntimeSession,
  RuntimeSessionManager,
  SessionConfig,
} from '@holdfast/protocol';
import type { CaseStep, ConformanceCase } from './conformance-cases.ts';
import { findMismatches, findStateMismatches, hangsAfterMs, type StepOutcome } from './expectations.ts';
import { holdSleep } from './hold-sleep.ts';

/** @returns one line for everything that is not as expected; empty when the case holds */
export const runConformanceCase = async (
  scenario: ConformanceCase,
  manager: RuntimeSessionManager,
  config: SessionConfig = {},
): Promise<string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-case-'));
  const opened = new Map<string, RuntimeSession>();
  const sessionOf = (name: string): RuntimeSession => {
    const existing = opened.get(name);
    if (existing) return existing;
    const session = manager.getOrCreateSession(`${scenario.id}/${name}`, {
      ...config,
      ...caseConfig(folder, name),
      language: scenario.language,
    });
    opened.set(name, session);
    return session;
  };
  const mismatches: string[] = [];
  try {
    for (const group of groupConcurrent(scenario.steps)) {
      for (const { step } of group) {
        // A limit that is to strike is for what the step does, not for the first run of anything in a new kernel.
        if (step.expect?.timedOut === true) await warmUp(step, sessionOf(step.session ?? 'main'), scenario);
      }
      const found = await Promise.all(
        group.map(({ step, index }) =>
          runStep(step, sessionOf(step.session ?? 'main'), scenario, index, join(folder, `sleep-${index}`)),
        ),
      );
      mismatches.push(...found.flat());
    }
  } finally {
    await Promise.all([...opened.values()].map((session) => session.terminate()));
    rmSync(folder, { recursive: true, force: true });
  }
  return mismatches;
};

const caseConfig = (folder: string, name: string): SessionConfig => {
  const cwd = name === 'cfg' ? join(folder, 'startdir') : join(folder, name);
  mkdirSync(cwd, { recursive: true });
  return name === 'cfg' ? { cwd, env: { INIT_V: 'init-value' } } : { cwd };
};

interface NumberedStep {
  step: CaseStep;
  index: number;
}

const groupConcurrent = (steps: CaseStep[]): NumberedStep[][] => {
  const groups: NumberedStep[][] = [];
  steps.forEach((step, index) => {
    const last = groups.at(-1);
    if (step.concurrent && last?.[0]?.step.concurrent) last.push({ step, index });
    else groups.push([{ step, index }]);
  });
  return groups;
};

const warmUp = async (step: CaseStep, session: RuntimeSession, scenario: ConformanceCase): Promise<void> => {
  await session.exec('', { language: step.language ?? scenario.language, timeoutMs: hangsAfterMs });
};

const runStep = async (
  step: CaseStep,
  session: RuntimeSession,
  scenario: ConformanceCase,
  index: number,
  sleepFolder: string,
): Promise<string[]> => {
  if (step.delayMs) await delay(step.delayMs);
  const where = `${scenario.id} step ${index + 1}`;
  const { expect = {} } = step;
  if (step.op === 'reset') {
    await session.reset();
    return [];
  }
  if (step.op === 'inspect' || step.op === 'history') {
    const state = await session.state(step.language ?? scenario.language);
    return findStateMismatches(state, expect.state ?? {}).map((mismatch) => `${where}: ${mismatch}`);
  }
  const outcome = await execStep(step, session, scenario, sleepFolder);
  return findMismatches(outcome, expect).map(
    (mismatch) => `${where}: ${mismatch} · got ${JSON.stringify(summarise(outcome.output))}`,
  );
};

const execStep = async (
  step: CaseStep,
  session: RuntimeSession,
  scenario: ConformanceCase,
  sleepFolder: string,
): Promise<StepOutcome> => {
  const startedAt = performance.now();
  const options: ExecOptions<'utf8'> = {
    language: step.language ?? scenario.language,
    timeoutMs: limitOf(step),
    ...step.options,
    ...stdinOf(step),
  };
  const seen = { stdout: '', stderr: '' };
  const wanted = step.expect?.stream;
  if (wanted) {
    const sleep = holdSleep(sleepFolder);
    const note = (stream: OutputStream) => (data: string) => {
      seen[stream] += data;
      if (wanted.every(({ contains, fd = 'stdout' }) => seen[fd].includes(contains))) sleep.end();
    };
    options.onStdout = note('stdout');
    options.onStderr = note('stderr');
    options.env = { ...options.env, ...sleep.env };
  }
  const execution = session.exec(step.code ?? repeat(step.codeParts ?? []), options);
  const [output] = await Promise.all([execution, feed(execution, step.stdinChunks ?? [])]);
  return { output, seen, elapsedMs: performance.now() - startedAt };
};

/** Its own where running into it is what the step is about. */
const limitOf = ({ timeoutMs = 0, expect }: CaseStep): number =>
  timeoutMs > 0 && expect?.timedOut ? timeoutMs : Math.max(timeoutMs, hangsAfterMs);

/** A command may be over before it has read all: its result tells what came of that. */
const feed = async (execution: Execution, chunks: { afterMs: number; data: string }[]): Promise<void> => {
  let waitedMs = 0;
  try {
    for (const { afterMs, data } of chunks) {
      await delay(afterMs - waitedMs);
      waitedMs = afterMs;
      execution.write(data);
    }
    execution.endInput();
  } catch (error) {
    if ((error as { code?: string }).code !== 'STDIN_CLOSED') throw error;
  }
};

const stdinOf = ({ stdin, stdinParts, stdinChunks }: CaseStep): ExecOptions<'utf8'> => {
  if (stdinChunks) return { stdin: 'open' };
  if (stdinParts) return { stdin: repeat(stdinParts) };
  return stdin === undefined ? {} : { stdin };
};

const repeat = (parts: [text: string, count: number][]): string =>
  parts.map(([text, count]) => text.repeat(count)).join('');

const clip = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}… (${text.length})` : text);

const summarise = ({ stdout, stderr, exitCode, error, timedOut, stateLost, result }: RuntimeOutput) => ({
  stdout: clip(stdout),
  stderr: clip(stderr),
  exitCode,
  error: error && `${error.name}: ${clip(error.message)}`,
  result: result && clip(result.text),
  timedOut,
  stateLost: stateLost?.reason,
});
