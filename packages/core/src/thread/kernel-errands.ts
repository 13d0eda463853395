/** What a kernel is asked to do beside commands: set-up, and to tell its state. */
import { createCommandId, type Language } from '@holdfast/protocol';
import { KernelDiedError, type LiveKernel } from '../kernel/live-kernel.ts';
import { readAsItComesAfterMs } from '../kernel/output-pipes.ts';
import { listJobs } from './background-jobs.ts';
import type { PendingCommand } from './pending-command.ts';
import type { KernelSlot, SessionRuntime } from './session-runtime.ts';

/** A set-up command that takes longer keeps the session from ever becoming ready: its kernel is ended. */
const setupTimeoutMs = 60_000;

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
    const limit = setTimeout(live.kill, setupTimeoutMs);
    const reply = await live
      .call((api) => api.run({ commandId: createCommandId(), code, stdout, stderr }))
      .finally(() => {
        clearTimeout(reading);
        clearTimeout(limit);
      });
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

/** An inquiry takes a command's turn but leaves no trace of one. */
export const answerInquiry = async (
  runtime: SessionRuntime,
  slot: KernelSlot,
  live: LiveKernel,
  command: PendingCommand,
): Promise<void> => {
  const actor = runtime.machine.kernel(slot.language);
  try {
    const described = await live.errand((api) => api.describe());
    const description = { ...described, jobs: listJobs(runtime, live.pid, described.jobs) };
    actor?.send({ type: 'FINISHED' });
    settleTurn(runtime, command);
    command.describe?.(description);
  } catch (error) {
    const died = error instanceof KernelDiedError;
    if (died && slot.live === undefined) actor?.send({ type: 'DIED', reason: (error as Error).message });
    else actor?.send({ type: 'FINISHED' });
    settleTurn(runtime, command, died ? slot.language : undefined);
    command.reject(error as Error);
  }
};

/**
 * The command's turn is over, unless a reset or an end has taken it already.
 *
 * @param recover - the language whose kernel has to be replaced now
 */
export const settleTurn = (runtime: SessionRuntime, command: PendingCommand, recover?: Language): void => {
  if (runtime.machine.context.queue.current !== command) return;
  const { id } = command;
  runtime.machine.send(recover ? { type: 'COMMAND.SETTLED', id, recover } : { type: 'COMMAND.SETTLED', id });
};
