/** What the session machine's states do: answer for the queue, reset, terminate, watch idleness. */

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CommandCancelledError,
  type Language,
  QueueFullError,
  SessionTerminatedError,
  type TerminationReason,
} from '@holdfast/protocol';
import { markerOf } from '../kernel/process-table.ts';
import { removeFolder } from '../kernel/remove-folder.ts';
import { releaseReserve } from '../kernel/reserve.ts';
import { killMarked, killsLast } from '../kernel/shutdown-ladder.ts';
import { forgetCommand, rememberQueued } from './command-records.ts';
import type { InspectionRecorder } from './inspection-recorder.ts';
import { kernelStart, provideKernelEffects } from './kernel-effects.ts';
import type { PendingCommand, StopReason } from './pending-command.ts';
import { sessionMachine, type Waiter } from './session-machine.ts';
import type { KernelSlot, SessionRuntime } from './session-runtime.ts';

/**
 * @param observe - records what the machines do
 * @param onTerminated - the session's processes and files are gone: the thread may end
 */
export const provideSessionEffects = (
  getRuntime: () => SessionRuntime,
  observe: InspectionRecorder['observe'],
  onTerminated: () => void,
) => {
  const resetWaiters: Waiter[] = [];
  const terminationWaiters: Waiter[] = [];
  let terminated = false;

  const settleAll = (waiters: Waiter[], error?: Error): void => {
    for (const waiter of waiters.splice(0)) {
      if (error) waiter.reject(error);
      else waiter.resolve();
    }
  };

  const machine = sessionMachine.provide({
    actors: { kernel: observe(provideKernelEffects(getRuntime)) },
    actions: {
      enqueue: ({ context, event }) => {
        if (event.type !== 'EXEC') return;
        const runtime = getRuntime();
        if (context.queue.add(event.command)) rememberQueued(runtime, event.command);
        else event.command.reject(queueFull(runtime));
      },
      dropFromQueue: ({ context, event }) => {
        if (event.type !== 'CANCEL') return;
        const command = context.queue.drop(event.id);
        if (command) rejectUnrun(getRuntime(), command, cancelled(getRuntime(), command));
      },
      rejectQueue: ({ context, event }) => {
        const runtime = getRuntime();
        const toError = event.type === 'RESET' ? resetError : terminatedError;
        for (const command of context.queue.dropAll()) rejectUnrun(runtime, command, toError(runtime));
      },
      rejectQueueAsUnspawnable: ({ context, event }) => {
        if (event.type !== 'KERNEL.FAILED' && event.type !== 'RESET.FAILED') return;
        const runtime = getRuntime();
        runtime.terminationReason = 'spawn-failed';
        runtime.terminationMessage = event.error.message;
        for (const command of context.queue.dropAll()) rejectUnrun(runtime, command, event.error);
      },
      rejectCommand: ({ event }) => {
        if (event.type === 'EXEC') event.command.reject(terminatedError(getRuntime()));
      },
      rejectReset: ({ event }) => {
        if (event.type === 'RESET') event.waiter.reject(terminatedError(getRuntime()));
      },
      askToStop: ({ context, event }) => {
        const command = context.queue.current;
        if (!command) return;
        command.stopReason ??= event.type === 'INTERRUPT' ? event.reason : 'cancel';
      },
      noteIdle: () => {
        const runtime = getRuntime();
        watchIdleness(runtime);
        keepSpare(runtime);
      },
      joinReset: ({ event }) => {
        if (event.type === 'RESET') resetWaiters.push(event.waiter);
      },
      performReset: ({ context }) => {
        const runtime = getRuntime();
        noteWhyStopped(runtime, 'reset');
        void performReset(runtime, context.language).then(
          () => {
            runtime.machine.send({ type: 'RESET.DONE' });
            settleAll(resetWaiters);
          },
          (error: Error) => {
            runtime.machine.send({ type: 'RESET.FAILED', error });
            settleAll(resetWaiters, error);
          },
        );
      },
      joinTermination: ({ event }) => {
        if (event.type !== 'TERMINATE') return;
        const runtime = getRuntime();
        if (!terminated) runtime.terminationReason = event.reason;
        if (!event.waiter) return;
        if (terminated) event.waiter.resolve();
        else terminationWaiters.push(event.waiter);
      },
      performTermination: ({ event }) => {
        const runtime = getRuntime();
        if (event.type === 'IDLE_TIMEOUT') runtime.terminationReason = 'idle-timeout';
        noteWhyStopped(runtime, 'terminate');
        void performTermination(runtime).finally(() => {
          terminated = true;
          const { terminationReason: reason, terminationMessage: message } = runtime;
          runtime.emit({ type: 'session-terminated', reason, ...(message ? { message } : {}) });
          settleAll(resetWaiters, terminatedError(runtime));
          settleAll(terminationWaiters);
          onTerminated();
        });
      },
    },
  });
  return observe(machine);
};

const rejectUnrun = (runtime: SessionRuntime, command: PendingCommand, error: Error): void => {
  forgetCommand(runtime, command.id);
  command.reject(error);
};

/** The commands that kernels hold, running or waiting for their start, are about to be ended. */
const noteWhyStopped = ({ machine, slots }: SessionRuntime, reason: StopReason): void => {
  for (const { language } of slots.values()) {
    const command = machine.kernel(language)?.getSnapshot().context.work.command;
    if (command) command.stopReason ??= reason;
  }
};

/** Every process of the old kernels is gone before anything runs in the new one. */
const performReset = async (runtime: SessionRuntime, language: Language): Promise<void> => {
  const { machine, slots, settings, spares } = runtime;
  const slot = slots.get(language) as KernelSlot;
  let stopped: Promise<void> = Promise.resolve();
  const isCertain = killsLast(markerOf(settings), livePids(runtime), spares.pids, () => {
    stopped = stopKernels(runtime);
  });
  try {
    // While they die, and once more for what they may have made meanwhile.
    emptyFolder(settings.scratchDir, spares.folders);
  } catch {
    // They are at it still.
  }
  const cleared = clearSession(runtime, stopped, isCertain);
  // The new kernel is made ready meanwhile, if there is a spare, and waits for this.
  slot.stopping = cleared.catch(() => undefined);
  slot.folder = undefined;
  const launched = new Promise<void>((resolve, reject) => {
    slot.whenLaunched = (error) => (error ? reject(error) : resolve());
  });
  machine.kernel(language)?.send({ type: 'START' });
  await Promise.all([cleared, launched]);
};

/** @param isCertain - nothing but the kernels is left, and can not come any more */
const clearSession = async (
  runtime: SessionRuntime,
  stopped: Promise<void>,
  isCertain: boolean,
): Promise<void> => {
  const { slots, settings, spares } = runtime;
  await stopped;
  // What was asked of the old kernels has its answer by then.
  await nextTurn();
  if (!isCertain) await killMarked(markerOf(settings), spares.pids);
  runtime.contextOwner = undefined;
  runtime.resets += 1;
  for (const slot of slots.values()) {
    slot.untoldLoss = undefined;
    slot.folder = undefined;
  }
  // The user's code may have removed it.
  mkdirSync(settings.scratchDir, { recursive: true, mode: 0o700 });
  emptyFolder(settings.scratchDir, spares.folders);
};

/** Idle kernels are asked to end, so that exit traps and atexit run; busy ones are killed. */
const performTermination = async (runtime: SessionRuntime): Promise<void> => {
  const { slots, pool, settings, machine, spares } = runtime;
  clearTimeout(runtime.spareTimer);
  const sparesEnded = spares.end();
  const idle = [...slots.values()].filter(({ run, live }) => live && !run);
  await Promise.all(
    idle.map(async (slot) => {
      const { live } = slot;
      // From here on its end is expected.
      slot.live = undefined;
      slot.generation += 1;
      await live?.end({ ask: true });
      machine.kernel(slot.language)?.send({ type: 'STOP' });
    }),
  );
  await stopKernels(runtime);
  await sparesEnded;
  await killMarked(markerOf(settings));
  // The command that was running has its result by then, and the host has it before it hears of the end.
  await nextTurn();
  pool.close();
  releaseReserve();
  removeFolder(settings.scratchDir);
};

const stopKernels = async ({ slots, machine }: SessionRuntime): Promise<void> => {
  const ending: Promise<unknown>[] = [];
  for (const slot of slots.values()) {
    machine.kernel(slot.language)?.send({ type: 'STOP' });
    ending.push(slot.stopping);
  }
  await Promise.all(ending);
};

const livePids = ({ slots }: SessionRuntime): Set<number> =>
  new Set([...slots.values()].flatMap(({ live }) => (live ? [live.pid] : [])));

const emptyFolder = (folder: string, spared: ReadonlySet<string>): void => {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!spared.has(path)) removeFolder(path);
  }
};

/**
 * A session that was reset may be so again, and then need not wait for a kernel. One that never was does not
 * pay for a second process.
 */
const keepSpare = (runtime: SessionRuntime): void => {
  const { resets, settings, spares } = runtime;
  if (resets === 0 || runtime.spareTimer) return;
  runtime.spareTimer = setTimeout(() => {
    runtime.spareTimer = undefined;
    if (runtime.machine.status !== 'idle') return;
    spares.prepare(settings.language, kernelStart(settings, settings.language));
  }, spareDelayMs);
};

/** What was waited for comes first: a kernel that starts beside the next command would take its core. */
const spareDelayMs = 50;

/** One timer that is looked at when it fires, instead of one that is set anew for every command. */
const watchIdleness = (runtime: SessionRuntime): void => {
  const { idleTimeoutMs } = runtime.settings;
  runtime.lastActivityAt = performance.now();
  if (idleTimeoutMs === 0 || runtime.idleTimer) return;
  const check = (): void => {
    runtime.idleTimer = undefined;
    const left = idleTimeoutMs - (performance.now() - runtime.lastActivityAt);
    if (runtime.machine.status !== 'idle') return;
    if (left <= 0) return runtime.machine.send({ type: 'IDLE_TIMEOUT' });
    runtime.idleTimer = setTimeout(check, left);
  };
  runtime.idleTimer = setTimeout(check, idleTimeoutMs);
};

const describe = ({ settings }: SessionRuntime): string =>
  `session ${settings.sessionId} (workspace ${settings.workspaceId})`;

const dataOf = ({ settings }: SessionRuntime) => ({
  sessionId: settings.sessionId,
  workspaceId: settings.workspaceId,
});

const queueFull = (runtime: SessionRuntime): QueueFullError =>
  new QueueFullError(
    `The queue of ${describe(runtime)} is full: ${runtime.settings.maxQueue} commands wait already. ` +
      'Await some of them, or raise maxQueue.',
    { data: { ...dataOf(runtime), maxQueue: runtime.settings.maxQueue } },
  );

const cancelled = (runtime: SessionRuntime, { id }: PendingCommand): CommandCancelledError =>
  new CommandCancelledError(`Command ${id} of ${describe(runtime)} was cancelled before it began to run.`, {
    data: { ...dataOf(runtime), commandId: id, began: false },
  });

const resetError = (runtime: SessionRuntime): CommandCancelledError =>
  new CommandCancelledError(`The command was dropped from the queue: ${describe(runtime)} was reset.`, {
    data: { ...dataOf(runtime), began: false },
  });

const reasons: Record<TerminationReason, string> = {
  requested: 'it was terminated',
  'idle-timeout': 'it had been idle for longer than idleTimeoutMs',
  'spawn-failed': 'its kernel could not be started',
  'thread-died': 'its thread died',
  'manager-closed': 'its manager was closed',
};

const terminatedError = (runtime: SessionRuntime): SessionTerminatedError => {
  const { terminationReason: reason } = runtime;
  return new SessionTerminatedError(
    `The ${describe(runtime)} has ended: ${reasons[reason]}. ` +
      'getOrCreateSession with the same workspace id starts a new one.',
    { data: { ...dataOf(runtime), reason } },
  );
};
