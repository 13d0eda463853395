/**
 * The life of one language's kernel. States only: what is done on entering them is provided by
 * `kernel-effects`, so the same definition draws the diagram and drives the process.
 */
import type { Language } from '@holdfast/protocol';
import { assign, setup } from 'xstate';
import type { PendingCommand } from './pending-command.ts';

export interface KernelContext {
  language: Language;
  /** Launches that failed in a row. */
  failures: number;
  /** Further launches after the first that failed. */
  retries: number;
  /** The command that waits for this kernel, or runs in it. Changed in place: an `assign` makes a snapshot anew. */
  work: { command: PendingCommand | undefined };
}

export type KernelEvent =
  /** Be there, whether or not there is something to run. */
  | { type: 'START' }
  | { type: 'RUN'; command: PendingCommand }
  | { type: 'INTERRUPT' }
  | { type: 'KILL' }
  /** End for good, or until the next START. */
  | { type: 'STOP' }
  | { type: 'LAUNCHED' }
  | { type: 'LAUNCH_FAILED'; error: Error }
  | { type: 'FINISHED' }
  | { type: 'DIED'; reason: string };

export interface KernelInput {
  language: Language;
  retries: number;
}

// 100 ms, 200 ms, 400 ms …: long enough for a passing shortage, short enough to be waited for.
const backoffMs = (failures: number): number => Math.min(100 * 2 ** (failures - 1), 5_000);

export const kernelMachine = setup({
  types: {} as { context: KernelContext; events: KernelEvent; input: KernelInput },
  guards: {
    hasCommand: ({ context }) => context.work.command !== undefined,
    mayRetry: ({ context }) => context.failures < context.retries,
  },
  delays: { backoff: ({ context }) => backoffMs(context.failures) },
  actions: {
    takeCommand: ({ context, event }) => {
      if (event.type === 'RUN') context.work.command = event.command;
    },
    forgetCommand: ({ context }) => {
      context.work.command = undefined;
    },
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
    launch: () => undefined,
    reportReady: () => undefined,
    reportLaunchFailed: () => undefined,
    abandonCommand: () => undefined,
    begin: () => undefined,
    climbLadder: () => undefined,
    kill: () => undefined,
    stop: () => undefined,
    reportDied: () => undefined,
  },
}).createMachine({
  id: 'kernel',
  context: ({ input }) => ({ ...input, failures: 0, work: { command: undefined } }),
  initial: 'absent',
  states: {
    absent: {
      on: {
        START: { target: 'starting' },
        RUN: { target: 'starting', actions: 'takeCommand' },
      },
    },
    starting: {
      initial: 'launching',
      on: {
        RUN: { actions: 'takeCommand' },
        // It has not begun: there is nothing to ask, and nothing to lose.
        INTERRUPT: { actions: ['abandonCommand', 'forgetCommand'] },
        KILL: { actions: ['abandonCommand', 'forgetCommand'] },
        STOP: { target: 'dead', actions: ['abandonCommand', 'forgetCommand', 'stop'] },
      },
      states: {
        launching: {
          entry: 'launch',
          on: {
            LAUNCHED: [
              { guard: 'hasCommand', target: '#kernel.running', actions: ['forgetFailures', 'reportReady'] },
              { target: '#kernel.ready', actions: ['forgetFailures', 'reportReady'] },
            ],
            LAUNCH_FAILED: [
              { guard: 'mayRetry', target: 'backoff', actions: 'countFailure' },
              {
                target: '#kernel.dead',
                actions: ['reportLaunchFailed', 'forgetCommand', 'forgetFailures'],
              },
            ],
          },
        },
        backoff: { after: { backoff: { target: 'launching' } } },
      },
    },
    ready: {
      on: {
        RUN: { target: 'running', actions: 'takeCommand' },
        DIED: { target: 'dead', actions: 'reportDied' },
        STOP: { target: 'dead', actions: 'stop' },
      },
    },
    running: {
      entry: 'begin',
      on: {
        FINISHED: { target: 'ready', actions: 'forgetCommand' },
        INTERRUPT: { target: 'interrupting' },
        KILL: { actions: 'kill' },
        DIED: { target: 'dead', actions: ['forgetCommand', 'reportDied'] },
        STOP: { target: 'dead', actions: ['stop', 'forgetCommand'] },
      },
    },
    interrupting: {
      entry: 'climbLadder',
      on: {
        FINISHED: { target: 'ready', actions: 'forgetCommand' },
        KILL: { actions: 'kill' },
        DIED: { target: 'dead', actions: ['forgetCommand', 'reportDied'] },
        STOP: { target: 'dead', actions: ['stop', 'forgetCommand'] },
      },
    },
    dead: {
      on: {
        START: { target: 'starting' },
        RUN: { target: 'starting', actions: 'takeCommand' },
      },
    },
  },
});
