/** Makes a command's result of what its run came to. */
import type { CommandOutcome, Interruption, Language, RunReply } from '@holdfast/protocol';
import { lastResortName } from '../kernel/interrupt-ladder.ts';
import { describeLoss, exitCodeOf, type KernelDiedError, type LiveKernel } from '../kernel/live-kernel.ts';
import type { OutputCollector } from './output-collector.ts';
import type { PendingCommand } from './pending-command.ts';
import type { ActiveRun, KernelSlot, SessionRuntime } from './session-runtime.ts';

/** What a run came to: an answer, or the kernel's death. */
export type Ending = { reply: RunReply } | { death: KernelDiedError };

export interface Collectors {
  stdout: OutputCollector;
  stderr: OutputCollector;
}

export const composeOutcome = (
  { settings }: SessionRuntime,
  slot: KernelSlot,
  run: ActiveRun,
  live: LiveKernel,
  ending: Ending,
  collectors: Collectors,
): CommandOutcome => {
  const { command } = run;
  const stdout = collectors.stdout.read();
  const stderr = collectors.stderr.read();
  collectors.stdout.close();
  collectors.stderr.close();
  const loss = lossOf(slot, live, ending);
  // What had not begun was not interrupted: it was not given to the kernel.
  const wasStopped = command.stopReason !== undefined && (run.isSent || 'death' in ending);
  const interruption = wasStopped && describeInterruption(run, ending, loss);
  const omitted = stdout.omittedBytes + stderr.omittedBytes > 0;
  const isSpilled = settings.spillDir && (stdout.spilled || stderr.spilled);
  const outcome = outcomeBase(command, slot.language, run.epoch);
  outcome.stdout = stdout.bytes;
  outcome.stderr = stderr.bytes;
  outcome.durationMs = performance.now() - run.startedAt;
  tellEnding(outcome, ending);
  // State lives in the successor from now on, which is not up yet.
  if ('death' in ending) outcome.epoch += 1;
  if (interruption) outcome.interruption = interruption;
  if (omitted)
    outcome.truncated = {
      stdoutOmittedBytes: stdout.omittedBytes,
      stderrOmittedBytes: stderr.omittedBytes,
    };
  if (isSpilled) outcome.fullOutputPath = `${settings.spillDir}/${command.id}`;
  if (loss) outcome.stateLost = { reason: loss, language: slot.language };
  return outcome;
};

/** A command that was stopped before it began. */
export const unrunOutcome = (command: PendingCommand, slot: KernelSlot): CommandOutcome => {
  const outcome = outcomeBase(command, slot.language, slot.epoch);
  outcome.exitCode = 130;
  return outcome;
};

const noBytes = new Uint8Array(0);

/**
 * Filled in field by field, here and above: an object that is put together of others, as `{ ...a, ...b }`, costs ten
 * times as much, and was found to keep the garbage of its time alive.
 */
const outcomeBase = (command: PendingCommand, language: Language, epoch: number): CommandOutcome => ({
  commandId: command.id,
  language,
  stdout: noBytes,
  stderr: noBytes,
  exitCode: null,
  signal: null,
  success: false,
  durationMs: 0,
  timedOut: command.stopReason === 'timeout',
  interrupted: command.stopReason !== undefined && command.stopReason !== 'timeout',
  exited: false,
  epoch,
  streamedBytes: command.pump?.streamedBytes() ?? 0,
  cancelled: command.stopReason === 'cancel',
});

const tellEnding = (outcome: CommandOutcome, ending: Ending): void => {
  if ('death' in ending) {
    const { exit } = ending.death;
    outcome.exitCode = exitCodeOf(exit);
    outcome.signal = exit.signal;
    return;
  }
  const { exitCode, exited = false, error, result, outputs } = ending.reply;
  outcome.exitCode = exitCode;
  outcome.exited = exited;
  outcome.success = exitCode === 0 && error === undefined && !outcome.timedOut && !outcome.interrupted;
  if (error) outcome.error = error;
  if (result) outcome.result = result;
  if (outputs?.length) outcome.outputs = outputs;
};

/** Why state is gone, if it is and nobody was told yet. */
const lossOf = (slot: KernelSlot, live: LiveKernel, ending: Ending): string | undefined => {
  const untold = slot.untoldLoss;
  slot.untoldLoss = undefined;
  if ('death' in ending) return describeLoss(ending.death.exit, live.driver);
  return ending.reply.stateLost ?? untold;
};

const describeInterruption = (run: ActiveRun, ending: Ending, loss: string | undefined): Interruption => {
  const taken = run.ladder?.taken ?? [];
  // Without a ladder nothing was asked: kill, reset and terminate end the kernel at once.
  const asked = taken[0] ?? lastResortName;
  const strongest = 'death' in ending ? lastResortName : taken.at(-1);
  return {
    asked,
    ...(strongest !== undefined && strongest !== asked ? { escalatedTo: strongest } : {}),
    stateKept: loss === undefined,
  };
};
