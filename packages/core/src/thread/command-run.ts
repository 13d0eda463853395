/** One command in one kernel, from the first byte to its result. */
import { ResourceExhaustedError, type RunRequest } from '@holdfast/protocol';
import { KernelDiedError, type LiveKernel } from '../kernel/live-kernel.ts';
import { type OutputLease, readAsItComesAfterMs } from '../kernel/output-pipes.ts';
import { setPatientTimeout } from '../kernel/patience.ts';
import { createStdinFeeder, createStdinFile, type StdinSource } from '../kernel/stdin-feeder.ts';
import { type Collectors, composeOutcome, type Ending, unrunOutcome } from './command-outcome.ts';
import { finishCommand, forgetCommand, openLateOutput, rememberStart } from './command-records.ts';
import { answerInquiry, settleTurn } from './kernel-errands.ts';
import { createOutputCollector, type OutputCollector } from './output-collector.ts';
import { createOutputPump, type OutputPump } from './output-pump.ts';
import type { PendingCommand } from './pending-command.ts';
import type { ActiveRun, KernelSlot, SessionRuntime } from './session-runtime.ts';
import { followContext } from './shared-context.ts';

/** It never got to the kernel. */
interface Failure {
  failure: ResourceExhaustedError;
}

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
    // The session machine is still on its way into `busy`: it learns of the end when it is there.
    await Promise.resolve();
    runtime.machine.kernel(slot.language)?.send({ type: 'FINISHED' });
    return settleUnrun(runtime, slot, command, refusal);
  }
  const run: ActiveRun = {
    command,
    epoch: slot.epoch,
    startedAt: performance.now(),
    isSent: false,
    ladder: undefined,
  };
  slot.run = run;
  const startedAt = Date.now();
  rememberStart(runtime, command);
  const collectors = createCollectors(runtime, command);
  const ending = await perform(runtime, slot, live, run, collectors);
  run.ladder?.stop();
  if ('death' in ending) slot.signalsSent = 0;
  // Signals for a command before one that its kernel was not given may still be on their way.
  else if (run.isSent) slot.signalsSent = run.ladder?.signalsSent ?? 0;
  // After a reset, another command may run by the time that this one could be given up.
  const isCurrent = slot.run === run;
  if (isCurrent) slot.run = undefined;
  const actor = runtime.machine.kernel(slot.language);
  if ('failure' in ending) {
    if (isCurrent) actor?.send({ type: 'FINISHED' });
    return settleUnrun(runtime, slot, command, ending.failure);
  }
  if ('death' in ending) await live.exited;

  const outcome = composeOutcome(runtime, slot, run, live, ending, collectors);
  if ('death' in ending) {
    if (slot.live === live) slot.live = undefined;
    if (!slot.live) actor?.send({ type: 'DIED', reason: ending.death.message });
    finishCommand(runtime, command, outcome, startedAt);
    settleTurn(runtime, command, slot.language);
    return command.settle(outcome);
  }
  finishCommand(runtime, command, outcome, startedAt);
  // The answer leaves first: whoever waits for it need not wait for the machines.
  command.settle(outcome);
  if (isCurrent) actor?.send({ type: 'FINISHED' });
  settleTurn(runtime, command);
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

/** A command whose kernel never came: rejected, or, if it was asked to stop before it began, stopped. */
export const settleUnrun = (
  runtime: SessionRuntime,
  slot: KernelSlot,
  command: PendingCommand,
  error?: Error,
): void => {
  settleTurn(runtime, command);
  if (error) {
    forgetCommand(runtime, command.id);
    return command.reject(error);
  }
  const outcome = unrunOutcome(command, slot);
  finishCommand(runtime, command, outcome, Date.now());
  command.settle(outcome);
};

const perform = async (
  runtime: SessionRuntime,
  slot: KernelSlot,
  live: LiveKernel,
  run: ActiveRun,
  collectors: Collectors,
): Promise<Ending | Failure> => {
  const { command } = run;
  const { envelope } = command;
  let stdin: StdinSource | undefined;
  let endTimeout: (() => void) | undefined;
  let reading: NodeJS.Timeout | undefined;
  let pump: OutputPump | undefined;
  let lease: OutputLease | undefined;
  try {
    if (envelope.timeoutMs > 0) {
      const stop = (): void => runtime.machine.send({ type: 'INTERRUPT', reason: 'timeout' });
      endTimeout = setPatientTimeout(stop, envelope.timeoutMs);
    }
    await followContext(runtime, slot, live);
    lease = await live.pipes.lease((stream, data) => pump?.push(stream, data));
    const { setPaused, drain, finish: finishLease } = lease;
    pump = createOutputPump({
      id: command.id,
      stream: envelope.stream,
      collectors,
      send: runtime.sendData,
      setPaused,
      drain,
    });
    command.pump = pump;
    pump.credit(command.earlyCredits);
    if (envelope.stdin !== undefined) stdin = await openStdin(runtime, command, envelope.stdin);
    if (envelope.stream) lease.startReading();
    else reading = setTimeout(lease.startReading, readAsItComesAfterMs);

    // Asked to stop before it began: there is nothing to interrupt, and nothing to run. That a kernel is gone, its call tells.
    if (command.stopReason && slot.live === live) {
      clearTimeout(reading);
      finishLease(unused);
      return { reply: { exitCode: 130 } };
    }
    run.isSent = true;
    const request = toRequest(command, slot.signalsSent, lease, stdin);
    const finish = (strayWriters: boolean): void => {
      const { late, onClosed } = openLateOutput(runtime, command);
      finishLease({ late, onClosed, strayWriters });
    };
    try {
      const reply = await live.call((api) => api.run(request));
      clearTimeout(reading);
      finish(reply.strayWriters ?? false);
      return { reply };
    } catch (error) {
      clearTimeout(reading);
      const died = error instanceof KernelDiedError;
      finish(died);
      if (died) return { death: error };
      // The kernel answered that it failed itself.
      const { name, message } = error as Error;
      return { reply: { exitCode: 1, error: { name, message } } };
    }
  } catch (error) {
    if (error instanceof KernelDiedError) return { death: error };
    lease?.finish(unused);
    return { failure: resourceExhausted(command, error as Error) };
  } finally {
    endTimeout?.();
    stdin?.close();
  }
};

/** The kernel never saw its pipes: they are free, or stay with it. */
const unused = { late: () => undefined, onClosed: () => undefined, strayWriters: false };

const openStdin = async (
  { pool, settings }: SessionRuntime,
  command: PendingCommand,
  stdin: Uint8Array | 'open',
): Promise<StdinSource> => {
  if (stdin !== 'open') return createStdinFile(settings.scratchDir, stdin);
  const fifo = await pool.take();
  try {
    const feeder = createStdinFeeder(fifo);
    pool.disown(fifo);
    command.stdin().connect(feeder);
    return feeder;
  } catch (error) {
    pool.release(fifo);
    throw error;
  }
};

const toRequest = (
  { envelope }: PendingCommand,
  signalsBefore: number,
  lease: { stdout: string; stderr: string },
  stdin: StdinSource | undefined,
): RunRequest => {
  const { id, code, cwd, env } = envelope;
  const request: RunRequest = { commandId: id, code, stdout: lease.stdout, stderr: lease.stderr };
  if (stdin) request.stdin = stdin.path;
  if (cwd !== undefined) request.cwd = cwd;
  if (env !== undefined) request.env = env;
  if (signalsBefore > 0) request.signalsBefore = signalsBefore;
  return request;
};

const resourceExhausted = ({ id }: PendingCommand, cause: Error): ResourceExhaustedError =>
  new ResourceExhaustedError(
    `Command ${id} was not run: its pipes could not be made (${cause.message}). ` +
      'Free descriptors, processes or disk, or end sessions that are not needed.',
    { data: { commandId: id }, cause },
  );

const createCollectors = ({ settings }: SessionRuntime, { id }: PendingCommand): Collectors => {
  const { maxOutputBytes, spillDir } = settings;
  const create = (stream: string): OutputCollector =>
    createOutputCollector(
      maxOutputBytes,
      spillDir ? { folder: spillDir, name: `${id}.${stream}` } : undefined,
    );
  return { stdout: create('stdout'), stderr: create('stderr') };
};
