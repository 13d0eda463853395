/** Runs one conformance case against a manager and tells what did not hold. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  ExecOptions,
  OutputStream,
  RuntimeOutput,
  RuntimeSession,
  RuntimeSessionManager,
  SessionConfig,
} from '@holdfast/protocol';
import type { CaseStep, ConformanceCase } from './conformance-cases.ts';
import { findMismatches, findStateMismatches, type StepOutcome } from './expectations.ts';

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
      const found = await Promise.all(
        group.map(({ step, index }) => runStep(step, sessionOf(step.session ?? 'main'), scenario, index)),
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

const runStep = async (
  step: CaseStep,
  session: RuntimeSession,
  scenario: ConformanceCase,
  index: number,
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
  const outcome = await execStep(step, session, scenario);
  return findMismatches(outcome, expect).map(
    (mismatch) => `${where}: ${mismatch} · got ${JSON.stringify(summarise(outcome.output))}`,
  );
};

const execStep = async (
  step: CaseStep,
  session: RuntimeSession,
  scenario: ConformanceCase,
): Promise<StepOutcome> => {
  const startedAt = performance.now();
  const seen: StepOutcome['seen'] = [];
  const note = (stream: OutputStream) => (data: string) =>
    void seen.push({ stream, data, atMs: performance.now() - startedAt });
  const options: ExecOptions<'utf8'> = {
    language: step.language ?? scenario.language,
    timeoutMs: step.timeoutMs ?? 10_000,
    ...step.options,
    ...(step.needs === 'stream' ? { onStdout: note('stdout'), onStderr: note('stderr') } : {}),
    ...stdinOf(step),
  };
  const execution = session.exec(step.code ?? repeat(step.codeParts ?? []), options);
  for (const { afterMs, data } of step.stdinChunks ?? []) {
    setTimeout(() => execution.write(data), afterMs);
  }
  const last = step.stdinChunks?.at(-1);
  if (last) setTimeout(() => execution.endInput(), last.afterMs + 1);
  const output = await execution;
  return { output, seen, elapsedMs: performance.now() - startedAt };
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
