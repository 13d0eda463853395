/** One command in one kernel, from the first byte to its result. */
import {
  type CommandOutcome,
  createCommandId,
  type Interruption,
  type Language,
  type RunReply,
  type RunRequest,
} from '@holdfast/protocol';
import { lastResortName } from '../kernel/interrupt-ladder.ts';
import { describeLoss, exitCodeOf, KernelDiedError, type LiveKernel } from '../kernel/live-kernel.ts';
import { createStdinFeeder, type StdinFeeder } from '../kernel/stdin-feeder.ts';
import { finishCommand, forgetCommand, openLateOutput, rememberStart } from './command-records.ts';
import { createOutputCollector, type OutputCollector } from './output-collector.ts';
import { createOutputPump, type OutputPump } from './output-pump.ts';
import type { PendingCommand } from './pending-command.ts';
import type { ActiveRun, KernelSlot, SessionRuntime } from './session-runtime.ts';
import { followContext } from './shared-context.ts';

// A command that is over sooner never costs a socket; one that is not streams at once.
const readAsItComesAfterMs = 2;

/** What a run came to: an answer, or the kernel's death. */
type Ending = { reply: RunReply } | { death: KernelDiedError };

/** Never rejects: whatever happens becomes the command's result. */
export const runCommand = async (
  runtime: SessionRuntime,
  slot: KernelSlot,
  command: PendingCommand,
): Promise<void> => {
  const live = slot.live as LiveKernel;
  if (command.describe) return answerInquiry(runtime, slot, live, command);
  const refusal = refusalOf(live, command);
  if (refusal) {
    runtime.machine.kernel(slot.language)?.send({ type: 'FINISHED' });
    return settleUnrun(runtime, slot, command, refusal);
  }
  const run: ActiveRun = { command, startedAt: performance.now(), ladder: undefined };
  slot.run = run;
  const startedAt = Date.now();
  rememberStart(runtime, command);
  const collectors = createCollectors(runtime, command);
  const ending = await perform(runtime, slot, live, command, collectors);
  run.ladder?.stop();
  slot.run = undefined;
  if ('death' in ending) await live.exited;

  const outcome = composeOutcome(runtime, slot, run, live, ending, collectors);
  const actor = runtime.machine.kernel(slot.language);
  if ('death' in ending) {
    if (slot.live === live) slot.live = undefined;
    actor?.send({ type: 'DIED', reason: ending.death.message });
  } else {
    actor?.send({ type: 'FINISHED' });
  }
  finishCommand(runtime, command, outcome, startedAt);
  if (runtime.machine.context.current === command) {
    const recover = 'death' in ending ? { recover: slot.language } : {};
    runtime.machine.send({ type: 'COMMAND.SETTLED', id: command.id, ...recover });
  }
  command.settle(outcome);
};

/** Code that this language can not be given, as its driver says. */
const refusalOf = ({ driver }: LiveKernel, { envelope }: PendingCommand): Error | undefined => {
  try {
    driver.validate?.(envelope.code);
    return undefined;
  } catch (error) {
    return error as Error;
  }
};

/** An inquiry takes a command's turn but leaves no trace of one. */
const answerInquiry = async (
  runtime: SessionRuntime,
  slot: KernelSlot,
  live: LiveKernel,
  command: PendingCommand,
): Promise<void> => {
  const actor = runtime.machine.kernel(slot.language);
  const settleTurn = (recover?: { recover: Language }): void => {
    if (runtime.machine.context.current !== command) return;
    runtime.machine.send({ type: 'COMMAND.SETTLED', id: command.id, ...recover });
  };
  try {
    const description = await live.call((api) => api.describe());
    actor?.send({ type: 'FINISHED' });
    settleTurn();
    command.describe?.(description);
  } catch (error) {
    const died = error instanceof KernelDiedError;
    if (died && slot.live === undefined) actor?.send({ type: 'DIED', reason: (error as Error).message });
    else actor?.send({ type: 'FINISHED' });
    settleTurn(died ? { recover: slot.language } : undefined);
    command.reject(error as Error);
  }
};

/** A command whose kernel never came: rejected, or, if it was asked to stop before it began, stopped. */
export const settleUnrun = (
  runtime: SessionRuntime,
  slot: KernelSlot,
  command: PendingCommand,
  error?: Error,
): void => {
  if (runtime.machine.context.current === command) {
    runtime.machine.send({ type: 'COMMAND.SETTLED', id: command.id });
  }
  if (error) {
    forgetCommand(runtime, command.id);
    return command.reject(error);
  }
  const outcome: CommandOutcome = {
    ...outcomeBase(command, slot),
    stdout: new Uint8Array(0),
    stderr: new Uint8Array(0),
    exitCode: 130,
    success: false,
    durationMs: 0,
  };
  finishCommand(runtime, command, outcome, Date.now());
  command.settle(outcome);
};

/** Runs what every new kernel of this language is set up with. A failure is told, and the kernel is used all the same. */
export const runSetup = async (
  runtime: SessionRuntime,
  slot: KernelSlot,
  live: LiveKernel,
): Promise<void> => {
  for (const { code, language } of runtime.settings.setup) {
    if (language !== slot.language) continue;
    const printed: Uint8Array[] = [];
    const lease = await live.pipes.lease((stream, data) => {
      if (stream === 'stderr') printed.push(data);
    });
    const { stdout, stderr } = lease;
    const reading = setTimeout(lease.startReading, readAsItComesAfterMs);
    const reply = await live.call((api) => api.run({ commandId: createCommandId(), code, stdout, stderr }));
    clearTimeout(reading);
    lease.finish({
      late: () => undefined,
      onClosed: () => undefined,
      strayWriters: reply.strayWriters ?? false,
    });
    if (reply.exitCode === 0 && !reply.error) continue;
    const message = `exit code ${reply.exitCode}: ${Buffer.concat(printed).toString('utf8')}`.trim();
    runtime.emit({ type: 'setup-failed', language, code, message });
  }
};

const perform = async (
  runtime: SessionRuntime,
  slot: KernelSlot,
  live: LiveKernel,
  command: PendingCommand,
  collectors: Collectors,
): Promise<Ending> => {
  const { envelope } = command;
  let feeder: StdinFeeder | undefined;
  let timeout: NodeJS.Timeout | undefined;
  let reading: NodeJS.Timeout | undefined;
  let pump: OutputPump | undefined;
  try {
    await followContext(runtime, slot, live);
    const lease = await live.pipes.lease((stream, data) => pump?.push(stream, data));
    pump = createOutputPump({
      id: command.id,
      stream: envelope.stream,
      collectors,
      send: runtime.sendData,
      setPaused: lease.setPaused,
    });
    command.pump = pump;
    pump.credit(command.earlyCredits);
    if (envelope.stdin !== undefined) {
      feeder = createStdinFeeder(await runtime.pool.takeOwned());
      command.stdin.connect(feeder);
    }
    if (envelope.timeoutMs > 0) {
      const stop = (): void => runtime.machine.send({ type: 'INTERRUPT', reason: 'timeout' });
      timeout = setTimeout(stop, envelope.timeoutMs);
    }
    if (envelope.stream) lease.startReading();
    else reading = setTimeout(lease.startReading, readAsItComesAfterMs);

    const request = toRequest(command, lease, feeder);
    const finish = (strayWriters: boolean): void =>
      lease.finish({ ...openLateOutput(runtime, command), strayWriters });
    try {
      const reply = await live.call((api) => api.run(request));
      clearTimeout(reading);
      finish(reply.strayWriters ?? false);
      return { reply };
    } catch (error) {
      clearTimeout(reading);
      if (!(error instanceof KernelDiedError)) throw error;
      finish(true);
      return { death: error };
    }
  } catch (error) {
    if (error instanceof KernelDiedError) return { death: error };
    const { name, message } = error as Error;
    return { reply: { exitCode: 1, error: { name, message } } };
  } finally {
    clearTimeout(timeout);
    feeder?.close();
  }
};

const toRequest = (
  { envelope }: PendingCommand,
  lease: { stdout: string; stderr: string },
  feeder: StdinFeeder | undefined,
): RunRequest => {
  const { id, code, cwd, env } = envelope;
  return {
    commandId: id,
    code,
    stdout: lease.stdout,
    stderr: lease.stderr,
    ...(feeder ? { stdin: feeder.path } : {}),
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  };
};

interface Collectors {
  stdout: OutputCollector;
  stderr: OutputCollector;
}

const createCollectors = ({ settings }: SessionRuntime, { id }: PendingCommand): Collectors => {
  const { maxOutputBytes, spillDir } = settings;
  const create = (stream: string): OutputCollector =>
    createOutputCollector(
      maxOutputBytes,
      spillDir ? { folder: spillDir, name: `${id}.${stream}` } : undefined,
    );
  return { stdout: create('stdout'), stderr: create('stderr') };
};

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

const composeOutcome = (
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
  const base = outcomeBase(command, slot);
  const interruption = command.stopReason && describeInterruption(run, live, ending, loss);
  const omitted = stdout.omittedBytes + stderr.omittedBytes > 0;
  const isSpilled = settings.spillDir && (stdout.spilled || stderr.spilled);
  return {
    ...base,
    stdout: stdout.bytes,
    stderr: stderr.bytes,
    ...endingFields(ending, base.timedOut || base.interrupted),
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

const describeInterruption = (
  run: ActiveRun,
  live: LiveKernel,
  ending: Ending,
  loss: string | undefined,
): Interruption => {
  const taken = run.ladder?.taken ?? [];
  const asked = taken[0] ?? live.driver.interruptSteps[0]?.name ?? lastResortName;
  const strongest = 'death' in ending ? lastResortName : taken.at(-1);
  return {
    asked,
    ...(strongest !== undefined && strongest !== asked ? { escalatedTo: strongest } : {}),
    stateKept: loss === undefined,
  };
};
