/** Makes a command's result of what its run came to. */
import type { CommandOutcome, Interruption, RunReply } from '@holdfast/protocol';
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
  const interruption = command.stopReason && describeInterruption(run, ending, loss);
  const omitted = stdout.omittedBytes + stderr.omittedBytes > 0;
  const isSpilled = settings.spillDir && (stdout.spilled || stderr.spilled);
  const { commandId, language, ...facts } = outcomeBase(command, slot);
  return {
    commandId,
    language,
    stdout: stdout.bytes,
    stderr: stderr.bytes,
    ...facts,
    ...endingFields(ending, facts.timedOut || facts.interrupted),
    durationMs: performance.now() - run.startedAt,
    ...(interruption ? { interruption } : {}),
    ...(omitted
      ? { truncated: { stdoutOmittedBytes: stdout.omittedBytes, stderrOmittedBytes: stderr.omittedBytes } }
      : {}),
    ...(isSpilled ? { fullOutputPath: `${settings.spillDir}/${command.id}` } : {}),
    // State lives in the successor from now on, which is not up yet.
    epoch: 'death' in ending ? slot.epoch + 1 : slot.epoch,
    ...(loss ? { stateLost: { reason: loss, language: slot.language } } : {}),
  };
};

/** A command that was stopped before it began. */
export const unrunOutcome = (command: PendingCommand, slot: KernelSlot): CommandOutcome => ({
  ...outcomeBase(command, slot),
  stdout: new Uint8Array(0),
  stderr: new Uint8Array(0),
  exitCode: 130,
  success: false,
  durationMs: 0,
});

const outcomeBase = (command: PendingCommand, slot: KernelSlot) => ({
  commandId: command.id,
  language: slot.language,
  signal: null,
  timedOut: command.stopReason === 'timeout',
  interrupted: command.stopReason !== undefined && command.stopReason !== 'timeout',
  cancelled: command.stopReason === 'cancel',
  exited: false,
  epoch: slot.epoch,
  streamedBytes: command.pump?.streamedBytes ?? 0,
});

const endingFields = (ending: Ending, stopped: boolean) => {
  if ('death' in ending) {
    const { exit } = ending.death;
    return { exitCode: exitCodeOf(exit), signal: exit.signal, success: false, exited: false };
  }
  const { exitCode, exited = false, error, result, outputs } = ending.reply;
  return {
    exitCode,
    exited,
    success: exitCode === 0 && error === undefined && !stopped,
    ...(error ? { error } : {}),
    ...(result ? { result } : {}),
    ...(outputs?.length ? { outputs } : {}),
  };
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
