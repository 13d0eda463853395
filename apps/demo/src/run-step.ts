/** Runs one step of a scenario in its session and checks what came of it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Execution, InterruptAnswer, RuntimeOutput, RuntimeSession } from 'holdfast';
import { checkOutput } from './check-output.ts';
import type { Emit } from './demo-event.ts';
import { type Check, check, type StepReport } from './report.ts';
import type { CommandStep, Scenario, Step } from './scenarios/scenario.ts';
import { lastLine } from './text.ts';

export interface StepContext {
  scenario: Scenario;
  session: RuntimeSession;
  emit: Emit;
  /** How long an endless loop is left spinning, so that it can be seen. */
  paceMs: number;
  signal: AbortSignal;
}

/**
 * @param number - of the step, from 1
 * @param report - told of every command as it finishes
 */
export const runStep = async (
  step: Step,
  number: number,
  context: StepContext,
  report: (finished: StepReport) => void,
): Promise<void> => {
  if ('reset' in step) return report(await runReset(number, context));
  if ('code' in step) return report(await runCommand(step, number, context));
  // All are sent before the first is awaited: ordering them is the session's job.
  await Promise.all(step.queue.map(async (command) => report(await runCommand(command, number, context))));
};

const runReset = async (number: number, { scenario, session }: StepContext): Promise<StepReport> => {
  const startedAt = performance.now();
  await session.reset();
  return {
    step: number,
    language: scenario.language,
    code: 'session.reset()',
    durationMs: performance.now() - startedAt,
    shown: '',
    stderr: '',
    checks: [check('status', 'idle', session.status)],
  };
};

const runCommand = async (
  command: CommandStep,
  number: number,
  context: StepContext,
): Promise<StepReport> => {
  const { scenario, session } = context;
  const { code, language = scenario.language, timeoutMs } = command;
  const watcher = watchOutput(command, context, () => execution);
  const execution: Execution = session.exec(code, {
    language,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(command.answers ? { stdin: 'open' as const } : {}),
    onStdout: (data) => watcher.take('stdout', data),
    onStderr: (data) => watcher.take('stderr', data),
  });
  announceQueue(context);
  const output = await execution;
  announceQueue(context);
  return {
    step: number,
    language,
    code,
    commandId: output.commandId,
    durationMs: output.durationMs,
    shown: shownOf(output),
    stderr: output.stderr,
    checks: [...(await watcher.finish()), ...checkOutput(output, command.expect)],
  };
};

const announceQueue = ({ scenario, session, emit }: StepContext): void => {
  const { queueLength, status } = session;
  // An idle session takes the first at once: it was sent, and does not wait.
  const length = status === 'idle' ? Math.max(0, queueLength - 1) : queueLength;
  emit({ type: 'queue', workspaceId: scenario.name, length });
};

/** Passes output on, and does what the command's output calls for: answer it, interrupt it. */
const watchOutput = (command: CommandStep, context: StepContext, getExecution: () => Execution) => {
  const { scenario, emit, paceMs, signal } = context;
  const answers = [...(command.answers ?? [])];
  let seen = '';
  let interruption: Promise<InterruptAnswer> | undefined;

  const interrupt = async (): Promise<InterruptAnswer> => {
    await pause(paceMs, undefined, { signal });
    return getExecution().interrupt();
  };
  return {
    take(stream: 'stdout' | 'stderr', data: string): void {
      emit({ type: 'output', workspaceId: scenario.name, stream, data });
      seen += data;
      const [answer] = answers;
      if (answer && seen.includes(answer.to)) {
        answers.shift();
        getExecution().write(answer.text);
        if (answers.length === 0) getExecution().endInput();
      }
      if (command.interruptAfter && !interruption && seen.includes(command.interruptAfter)) {
        interruption = interrupt();
        // Awaited only once the command is over; until then a rejection has nobody to tell.
        interruption.catch(() => undefined);
      }
    },
    async finish(): Promise<Check[]> {
      const checks: Check[] = [];
      if (command.answers) checks.push(check('questions without an answer', 0, answers.length));
      if (command.interruptAfter)
        checks.push(check('answer to the interrupt', 'interrupted', await interruption));
      return checks;
    },
  };
};

const shownOf = ({ stdout, stderr, result, stateLost }: RuntimeOutput): string =>
  stateLost
    ? `state lost: ${stateLost.reason}`
    : lastLine(result?.text ?? '') || lastLine(stdout) || lastLine(stderr);
