/** Builds the session actor: machine, effects, recorder, and the data they share. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionSettings, SessionStatus, ThreadEvent, ThreadFrame } from '@holdfast/protocol';
import { createActor } from 'xstate';
import { createFifoPool } from '../kernel/fifo.ts';
import { keepReserve } from '../kernel/reserve.ts';
import { createCommandQueue } from './command-queue.ts';
import { createInspectionRecorder, type InspectionRecorder, stateName } from './inspection-recorder.ts';
import type { PendingCommand } from './pending-command.ts';
import { provideSessionEffects } from './session-effects.ts';
import type { SessionRuntime } from './session-runtime.ts';

export interface SessionActorOptions {
  settings: SessionSettings;
  emit(event: ThreadEvent): void;
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

export const startSessionActor = (options: SessionActorOptions): SessionActor => {
  const { settings, sendData, onTerminated } = options;
  const { scratchDir } = settings;
  mkdirSync(scratchDir, { mode: 0o700 });
  // Named in the session's folder, so that it is found and closed when the thread dies.
  keepReserve(join(scratchDir, 'reserve'));
  const queue = createCommandQueue<PendingCommand>(settings.maxQueue);
  let watched = false;
  let { listened } = settings;
  const emit = (event: ThreadEvent): void => {
    if (listened || isNeeded(event)) options.emit(event);
  };
  let runtime: SessionRuntime | undefined;

  const recorder = createInspectionRecorder(settings.sessionId, (record) => {
    if (watched) sendData({ type: 'inspection', records: [record] });
    const [from, to] = [topLevel(record.from), topLevel(record.to)];
    if (record.actor !== 'session' || from === '' || (from === to && to !== 'busy')) return;
    const commandId = actor.getSnapshot().context.current?.id;
    emit({
      type: 'transition',
      from: from as SessionStatus,
      to: to as SessionStatus,
      queueLength: queue.length,
      ...(commandId ? { commandId } : {}),
    });
  });
  const machine = provideSessionEffects(() => runtime as SessionRuntime, onTerminated);
  const actor = createActor(machine, {
    input: { language: settings.language, spawnRetries: settings.spawnRetries, queue },
    inspect: recorder.inspect,
  });
  // An error that nobody observes would end the thread without a word.
  actor.subscribe({
    error: (error) => {
      throw error;
    },
  });
  runtime = {
    settings,
    pool: createFifoPool(scratchDir),
    slots: new Map(),
    commands: new Map(),
    history: [],
    remembered: new Map(),
    contextOwner: undefined,
    lastActivityAt: performance.now(),
    idleTimer: undefined,
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
    emit,
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

/** The host counts its own commands, so those of a session that goes about its work tell it nothing new. */
const isNeeded = (event: ThreadEvent): boolean => {
  if (event.type === 'transition') return !(isWorking(event.from) && isWorking(event.to));
  return (
    event.type !== 'command-started' && event.type !== 'command-finished' && event.type !== 'late-output'
  );
};

const isWorking = (status: SessionStatus): boolean => status === 'idle' || status === 'busy';

const topLevel = (state: string): string => state.split('.', 1)[0] ?? '';
