/**
 * The life of a session. States only, no I/O: what is done on entering them is provided by
 * `session-actors`. One rule: what changes which events are accepted is a state, never a flag.
 *
 * The queue, with the command whose turn it is, is one object in the context that is changed in place: copying
 * a thousand commands for each that comes or goes would make the cost grow with the length of the queue, and
 * each `assign` makes a snapshot anew.
 */
import type { CommandId, Language, TerminationReason } from '@holdfast/protocol';
import { type ActorRefFrom, assign, setup } from 'xstate';
import type { CommandQueue } from './command-queue.ts';
import { kernelMachine } from './kernel-machine.ts';
import type { PendingCommand, StopReason } from './pending-command.ts';

export type KernelActor = ActorRefFrom<typeof kernelMachine>;

export interface SessionContext {
  /** Its kernel starts with the session. */
  language: Language;
  spawnRetries: number;
  queue: CommandQueue<PendingCommand>;
  kernels: Partial<Record<Language, KernelActor>>;
  /** The kernel that `spawning` waits for. */
  awaited: Language;
}

/** Someone waits for the end of a reset or a termination. */
export interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

export type SessionEvent =
  | { type: 'EXEC'; command: PendingCommand }
  | { type: 'CANCEL'; id: CommandId }
  | { type: 'INTERRUPT'; reason: StopReason }
  | { type: 'KILL' }
  | { type: 'RESET'; waiter: Waiter }
  | { type: 'RESET.DONE' }
  | { type: 'RESET.FAILED'; error: Error }
  | { type: 'TERMINATE'; reason: TerminationReason; waiter?: Waiter }
  | { type: 'IDLE_TIMEOUT' }
  | { type: 'LADDER.EXHAUSTED' }
  /** There never was one of the language of the command whose turn it is. */
  | { type: 'KERNEL.MISSING' }
  | { type: 'KERNEL.READY'; language: Language }
  | { type: 'KERNEL.FAILED'; language: Language; error: Error }
  | { type: 'KERNEL.DIED'; language: Language }
  /** The running command has its result; `recover` names a kernel that has to be replaced now. */
  | { type: 'COMMAND.SETTLED'; id: CommandId; recover?: Language };

export interface SessionInput {
  language: Language;
  spawnRetries: number;
  queue: CommandQueue<PendingCommand>;
}

export const sessionMachine = setup({
  types: {} as { context: SessionContext; events: SessionEvent; input: SessionInput },
  actors: { kernel: kernelMachine },
  guards: {
    hasQueued: ({ context }) => context.queue.length > 0,
    isAwaited: ({ context, event }) => 'language' in event && event.language === context.awaited,
    isAwaitedAndHasQueued: ({ context, event }) =>
      'language' in event && event.language === context.awaited && context.queue.length > 0,
    isCurrent: ({ context, event }) => 'id' in event && event.id === context.queue.current?.id,
    mustRecover: ({ event }) => event.type === 'COMMAND.SETTLED' && event.recover !== undefined,
  },
  actions: {
    enqueue: () => undefined,
    dropFromQueue: () => undefined,
    rejectQueue: () => undefined,
    rejectQueueAsUnspawnable: () => undefined,
    rejectCommand: () => undefined,
    rejectReset: () => undefined,
    takeNext: ({ context }) => void context.queue.next(),
    forgetCurrent: ({ context }) => context.queue.finish(),
    awaitDefault: assign({ awaited: ({ context }) => context.language }),
    awaitRecovered: assign({
      awaited: ({ context, event }) =>
        event.type === 'COMMAND.SETTLED' && event.recover ? event.recover : context.awaited,
    }),
    ensureAwaitedKernel: assign({
      kernels: ({ context, spawn }) => withKernel(context, context.awaited, spawn),
    }),
    makeCommandKernel: assign({
      kernels: ({ context, spawn }) =>
        withKernel(context, context.queue.current?.envelope.language ?? context.language, spawn),
    }),
    startAwaited: ({ context }) => context.kernels[context.awaited]?.send({ type: 'START' }),
    // Not made here: an `assign` in every command's way would cost more than all else.
    dispatch: ({ context, self }) => {
      const { current } = context.queue;
      if (!current) return;
      const kernel = context.kernels[current.envelope.language];
      if (kernel) kernel.send({ type: 'RUN', command: current });
      else self.send({ type: 'KERNEL.MISSING' });
    },
    askToStop: () => undefined,
    interruptKernel: ({ context }) => currentKernel(context)?.send({ type: 'INTERRUPT' }),
    killKernel: ({ context }) => currentKernel(context)?.send({ type: 'KILL' }),
    noteIdle: () => undefined,
    joinReset: () => undefined,
    performReset: () => undefined,
    joinTermination: () => undefined,
    performTermination: () => undefined,
  },
}).createMachine({
  id: 'session',
  context: ({ input }) => ({ ...input, kernels: {}, awaited: input.language }),
  initial: 'spawning',
  states: {
    spawning: {
      initial: 'first',
      entry: ['ensureAwaitedKernel', 'startAwaited'],
      on: {
        EXEC: { actions: 'enqueue' },
        CANCEL: { actions: 'dropFromQueue' },
        RESET: { target: 'resetting', actions: ['rejectQueue', 'joinReset'] },
        TERMINATE: { target: 'terminated', actions: 'joinTermination' },
        'KERNEL.READY': [
          { guard: 'isAwaitedAndHasQueued', target: 'busy' },
          { guard: 'isAwaited', target: 'idle' },
        ],
      },
      states: {
        first: {
          on: {
            'KERNEL.FAILED': {
              guard: 'isAwaited',
              target: '#session.terminated',
              actions: 'rejectQueueAsUnspawnable',
            },
          },
        },
        // A kernel died under its command. Should it not come back, the next command says why.
        recovering: {
          on: {
            'KERNEL.FAILED': [
              { guard: 'isAwaitedAndHasQueued', target: '#session.busy' },
              { guard: 'isAwaited', target: '#session.idle' },
            ],
          },
        },
      },
    },
    idle: {
      entry: 'noteIdle',
      on: {
        EXEC: { target: 'busy', actions: 'enqueue' },
        RESET: { target: 'resetting', actions: 'joinReset' },
        IDLE_TIMEOUT: { target: 'terminated' },
        TERMINATE: { target: 'terminated', actions: 'joinTermination' },
        // Its successor starts when it is needed; the next result tells what was lost.
        'KERNEL.DIED': { target: 'idle', reenter: true },
      },
    },
    busy: {
      initial: 'running',
      entry: ['takeNext', 'dispatch'],
      exit: 'forgetCurrent',
      on: {
        'KERNEL.MISSING': { actions: ['makeCommandKernel', 'dispatch'] },
        EXEC: { actions: 'enqueue' },
        CANCEL: [
          { guard: 'isCurrent', target: '.interrupting', actions: 'askToStop' },
          { actions: 'dropFromQueue' },
        ],
        KILL: { target: '.killing' },
        RESET: { target: 'resetting', actions: ['rejectQueue', 'joinReset'] },
        TERMINATE: { target: 'terminated', actions: ['rejectQueue', 'joinTermination'] },
        'COMMAND.SETTLED': [
          { guard: 'mustRecover', target: 'spawning.recovering', actions: 'awaitRecovered' },
          { guard: 'hasQueued', target: 'busy', reenter: true },
          { target: 'idle' },
        ],
      },
      states: {
        running: {
          on: { INTERRUPT: { target: 'interrupting', actions: 'askToStop' } },
        },
        interrupting: {
          entry: 'interruptKernel',
          on: {
            // Asked already: asking again would start the ladder anew and so put off its end.
            CANCEL: [{ guard: 'isCurrent' }, { actions: 'dropFromQueue' }],
            'LADDER.EXHAUSTED': { target: 'killing' },
          },
        },
        killing: {
          entry: 'killKernel',
          on: { CANCEL: [{ guard: 'isCurrent' }, { actions: 'dropFromQueue' }] },
        },
      },
    },
    resetting: {
      entry: ['performReset', 'awaitDefault'],
      on: {
        EXEC: { actions: 'enqueue' },
        CANCEL: { actions: 'dropFromQueue' },
        RESET: { actions: 'joinReset' },
        TERMINATE: { target: 'terminated', actions: ['rejectQueue', 'joinTermination'] },
        'RESET.DONE': [{ guard: 'hasQueued', target: 'busy' }, { target: 'idle' }],
        'RESET.FAILED': { target: 'terminated', actions: 'rejectQueueAsUnspawnable' },
      },
    },
    // Not a final state: XState drops events sent after one, and every command must be answered.
    terminated: {
      entry: ['rejectQueue', 'performTermination'],
      on: {
        EXEC: { actions: 'rejectCommand' },
        RESET: { actions: 'rejectReset' },
        TERMINATE: { actions: 'joinTermination' },
      },
    },
  },
});

type SpawnKernel = (
  actor: 'kernel',
  options: { id: string; input: { language: Language; retries: number } },
) => KernelActor;

/** A language's actor is made when it is first needed, and stays. */
const withKernel = (
  { kernels, spawnRetries }: SessionContext,
  language: Language,
  spawn: SpawnKernel,
): SessionContext['kernels'] =>
  kernels[language]
    ? kernels
    : {
        ...kernels,
        [language]: spawn('kernel', { id: `kernel:${language}`, input: { language, retries: spawnRetries } }),
      };

const currentKernel = ({ queue: { current }, kernels }: SessionContext): KernelActor | undefined =>
  current && kernels[current.envelope.language];
