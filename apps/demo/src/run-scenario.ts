/** Plays one scenario: opens its session, runs its steps in order, and asks what lives there in the end. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RuntimeSession, RuntimeSessionManager } from 'holdfast';
import type { Emit } from './demo-event.ts';
import { type Check, check, type ScenarioReport, type StepReport } from './report.ts';
import { runStep } from './run-step.ts';
import type { Scenario, Step } from './scenarios/scenario.ts';
import { firstLine, plural } from './text.ts';

export interface ScenarioContext {
  manager: RuntimeSessionManager;
  /** The sessions' folders are made in it. */
  folder: string;
  emit: Emit;
  /** The pause between two steps. */
  paceMs: number;
  signal: AbortSignal;
}

/** Of a command. All of them are done in a fraction of it. */
const timeoutMs = 10_000;

/** Never rejects: what went wrong is in the report. The session is left open. */
export const runScenario = async (scenario: Scenario, context: ScenarioContext): Promise<ScenarioReport> => {
  const { name, language, proves } = scenario;
  const report: ScenarioReport = {
    name,
    language,
    proves,
    threadId: undefined,
    remains: undefined,
    steps: [],
    checks: [],
  };
  try {
    const session = await openSession(scenario, context);
    await runSteps(scenario, session, context, report.steps);
    const { variables, functions, epoch } = await session.state();
    report.threadId = session.threadId;
    report.remains = { variables: variables.length, functions: functions.length, epoch };
    report.checks.push(check(`epoch of its ${language} kernel`, scenario.epoch ?? 1, epoch));
    report.checks.push(await checkHistory(session, report.steps));
  } catch (error) {
    report.error = describeError(error as Error);
  }
  context.emit({ type: 'scenario-finished', report });
  return report;
};

const openSession = async (scenario: Scenario, context: ScenarioContext): Promise<RuntimeSession> => {
  const { manager, folder, emit, signal } = context;
  const { name, language, config } = scenario;
  const cwd = join(folder, name);
  await mkdir(cwd);
  signal.throwIfAborted();
  const session = manager.getOrCreateSession(name, { timeoutMs, ...config, cwd, language });
  void watchTransitions(session, emit);
  return session;
};

const watchTransitions = async (session: RuntimeSession, emit: Emit): Promise<void> => {
  for await (const record of session.inspect()) {
    emit({ type: 'inspection', workspaceId: session.workspaceId, record });
  }
};

const runSteps = async (
  scenario: Scenario,
  session: RuntimeSession,
  context: ScenarioContext,
  reports: StepReport[],
): Promise<void> => {
  const { emit, paceMs, signal } = context;
  const { name: workspaceId, steps } = scenario;
  for (const [index, step] of steps.entries()) {
    const number = index + 1;
    const label = labelOf(step);
    const language = ('language' in step ? step.language : undefined) ?? scenario.language;
    let held = true;
    try {
      if (index > 0 && paceMs > 0) await pause(paceMs, undefined, { signal });
      emit({ type: 'step-started', workspaceId, step: number, language, label });
      await runStep(step, number, { ...context, scenario, session }, (report) => {
        reports.push(report);
        held &&= report.checks.every((one) => one.held);
        emit({ type: 'step-reported', workspaceId, report });
      });
    } catch (cause) {
      throw new Error(`step ${number} of ${steps.length} (${language}: ${label}) got no result`, { cause });
    }
    emit({ type: 'step-finished', workspaceId, step: number, held });
    // What follows builds on it: its failures would only hide the first.
    if (!held) throw new Error(`broke off after step ${number} of ${steps.length}`);
  }
};

const labelOf = (step: Step): string => {
  if ('reset' in step) return 'session.reset()';
  return 'code' in step ? firstLine(step.code) : `${plural(step.queue.length, 'command')} at once`;
};

/** History and scenario must tell the same story. */
const checkHistory = async (session: RuntimeSession, steps: StepReport[]): Promise<Check> => {
  const recorded = (await session.getHistory()).map(({ commandId }) => commandId);
  const ran = steps.flatMap(({ commandId }) => commandId ?? []);
  const held = recorded.join() === ran.join();
  return {
    what: 'history',
    expected: `${plural(ran.length, 'command')} in order`,
    actual: `${plural(recorded.length, 'command')}${held ? ' in order' : ', or another order'}`,
    held,
  };
};

const describeError = ({ message, cause }: Error & { code?: string }): string => {
  if (!(cause instanceof Error)) return message;
  const { code } = cause as { code?: string };
  return `${message}: ${code ? `${code}: ` : ''}${cause.message}`;
};
