/** Builds the session actor: machine, effects, recorder, and the data they share. */
import type { SessionId, SessionSettings, SessionStatus, ThreadFrame } from '@holdfast/protocol';
import { createActor } from 'xstate';
import type { FifoPool } from '../kernel/fifo.ts';
import type { LaunchKernel } from '../kernel/kernel-launch.ts';
import type { LoadDriver } from '../kernel/load-driver.ts';
import type { Outbox } from '../rpc/outbox.ts';
import type { ThreadNotice } from '../rpc/port-messages.ts';
import { createCommandQueue } from './command-queue.ts';
import { createInspectionRecorder, type InspectionRecorder, stateName } from './inspection-recorder.ts';
import type { PendingCommand } from './pending-command.ts';
import { provideSessionEffects } from './session-effects.ts';
import type { SessionContext } from './session-machine.ts';
import type { SessionRuntime } from './session-runtime.ts';
import type { SpareKernels } from './spare-kernels.ts';

export interface SessionActorOptions {
  sessionId: SessionId;
  loadDriver: LoadDriver;
  pool: FifoPool;
  launch: LaunchKernel;
  /** Kernels that were started while the thread waited for its session. */
  spares: SpareKernels;
  /** Answers and events keep their order. */
  outbox: Outbox<ThreadNotice>;
  sendData(frame: ThreadFrame): void;
  /** All processes and files of the session are gone. */
  onTerminated(): void;
}

export interface SessionActor {
  readonly runtime: SessionRuntime;
  readonly recorder: InspectionRecorder;
  /** Send inspection records as they come, or not. */
  setWatched(watched: boolean): void;
  /** Send every event, or only those that the host itself needs. */
  setListened(listened: boolean): void;
}

/** Makes the machines, which takes longer than to start them: in a warm thread, before there is a session. */
export const prepareSessionActor = (
  options: SessionActorOptions,
): { start(settings: SessionSettings): SessionActor } => {
  const { sessionId, loadDriver, pool, launch, spares, outbox, sendData, onTerminated } = options;
  let watched = false;
  let listened = false;
  let runtime: SessionRuntime | undefined;
  const recorder = createInspectionRecorder(sessionId, (noted, context) => {
    if (watched) sendData({ type: 'inspection', records: [recorder.toRecord(noted)] });
    if (noted.actor !== 'session') return;
    const from = topLevel(noted.from) as SessionStatus | '';
    const to = topLevel(noted.to) as SessionStatus;
    if (from === '' || (from === to && to !== 'busy')) return;
    // The host counts its own commands: those of a session that goes about its work tell it nothing new.
    if (!listened && isWorking(from) && isWorking(to)) return;
    const { queue } = context as SessionContext;
    const commandId = queue.current?.id;
    outbox.say({
      type: 'transition',
      from,
      to,
      queueLength: queue.length,
      ...(commandId ? { commandId } : {}),
    });
  });
  const machine = provideSessionEffects(() => runtime as SessionRuntime, recorder.observe, onTerminated);
  const start = (settings: SessionSettings): SessionActor => {
    listened = settings.listened;
    const queue = createCommandQueue<PendingCommand>(settings.maxQueue);
    const actor = createActor(machine, {
      input: { language: settings.language, spawnRetries: settings.spawnRetries, queue },
    });
    // An error that nobody observes would end the thread without a word.
    actor.subscribe({
      error: (error) => {
        throw error;
      },
    });
    runtime = {
      settings,
      loadDriver,
      pool,
      launch,
      spares,
      slots: new Map(),
      commands: new Map(),
      history: [],
      remembered: new Map(),
      contextOwner: undefined,
      lastActivityAt: performance.now(),
      resets: 0,
      idleTimer: undefined,
      spareTimer: undefined,
      terminationReason: 'requested',
      terminationMessage: undefined,
      machine: {
        get context() {
          return actor.getSnapshot().context;
        },
        get status() {
          return topLevel(stateName(actor.getSnapshot().value)) as SessionStatus;
        },
        send: (event) => actor.send(event),
        kernel: (language) => actor.getSnapshot().context.kernels[language],
      },
      get isListened() {
        return listened;
      },
      emit: (event) => outbox.say(event),
      answer: (outcome, transfer) =>
        queue.length > 0 ? outbox.hold(outcome, transfer) : outbox.sayNow(outcome, transfer),
      refuse: (rejection) => outbox.say(rejection),
      sendData,
    };
    actor.start();
    return {
      runtime,
      recorder,
      setListened(next) {
        listened = next;
      },
      setWatched(next) {
        if (next && !watched) sendData({ type: 'inspection', records: recorder.replay() });
        watched = next;
      },
    };
  };
  return { start };
};

const isWorking = (status: SessionStatus): boolean => status === 'idle' || status === 'busy';

const topLevel = (state: string): string => {
  const end = state.indexOf('.');
  return end < 0 ? state : state.slice(0, end);
};
