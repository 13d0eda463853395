import { createCommandId } from '@holdfast/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { queueActions } from '../testing/bare-session.ts';
import { createCommandQueue } from './command-queue.ts';
import { stateName } from './inspection-recorder.ts';
import { createBlankCommand, type PendingCommand } from './pending-command.ts';
import { type SessionEvent, sessionMachine } from './session-machine.ts';

const waiter = { resolve: () => undefined, reject: () => undefined };
const error = new Error('no kernel');

/** The machine with a queue and nothing else behind it; what it asks for is written down. */
const start = () => {
  const asked: string[] = [];
  const note = (name: string) => () => void asked.push(name);
  const queue = createCommandQueue<PendingCommand>(100);
  const machine = sessionMachine.provide({
    actions: {
      ...queueActions(queue),
      rejectCommand: note('rejectCommand'),
      rejectReset: note('rejectReset'),
      performReset: note('performReset'),
      performTermination: note('performTermination'),
      interruptKernel: note('interruptKernel'),
      killKernel: note('killKernel'),
    },
  });
  const actor = createActor(machine, { input: { language: 'bash', spawnRetries: 0, queue } });
  actor.start();
  const state = (): string => stateName(actor.getSnapshot().value);
  return { actor, queue, asked, state, send: (event: SessionEvent) => actor.send(event) };
};

type Harness = ReturnType<typeof start>;
type Step = (harness: Harness) => SessionEvent;

const exec: Step = () => ({ type: 'EXEC', command: createBlankCommand('bash') });
const ready: Step = () => ({ type: 'KERNEL.READY', language: 'bash' });
const interrupt: Step = () => ({ type: 'INTERRUPT', reason: 'interrupt' });
const exhausted: Step = () => ({ type: 'LADDER.EXHAUSTED' });
const reset: Step = () => ({ type: 'RESET', waiter });
const terminate: Step = () => ({ type: 'TERMINATE', reason: 'requested' });
const currentId = ({ actor }: Harness) => actor.getSnapshot().context.queue.current?.id ?? createCommandId();
const settled: Step = (harness) => ({ type: 'COMMAND.SETTLED', id: currentId(harness) });
const diedUnder: Step = (harness) => ({ type: 'COMMAND.SETTLED', id: currentId(harness), recover: 'bash' });
const cancelCurrent: Step = (harness) => ({ type: 'CANCEL', id: currentId(harness) });
const cancelOther: Step = () => ({ type: 'CANCEL', id: createCommandId() });
const kill: Step = () => ({ type: 'KILL' });
const failed: Step = () => ({ type: 'KERNEL.FAILED', language: 'bash', error });
const otherReady: Step = () => ({ type: 'KERNEL.READY', language: 'python' });
const kernelDied: Step = () => ({ type: 'KERNEL.DIED', language: 'bash' });
const idleTimeout: Step = () => ({ type: 'IDLE_TIMEOUT' });
const resetDone: Step = () => ({ type: 'RESET.DONE' });
const resetFailed: Step = () => ({ type: 'RESET.FAILED', error });

const steps = {
  exec,
  ready,
  otherReady,
  interrupt,
  exhausted,
  reset,
  terminate,
  settled,
  diedUnder,
  cancelCurrent,
  cancelOther,
  kill,
  failed,
  kernelDied,
  idleTimeout,
  resetDone,
  resetFailed,
};

/** How to get to each state. */
const paths: Record<string, Step[]> = {
  'spawning.first': [],
  idle: [ready],
  'busy.running': [ready, exec],
  'busy.interrupting': [ready, exec, interrupt],
  'busy.killing': [ready, exec, interrupt, exhausted],
  'spawning.recovering': [ready, exec, diedUnder],
  resetting: [ready, reset],
  terminated: [ready, terminate],
};

/** The whole table: where each event leads from each state. What is not named stays where it is. */
const table: Record<string, Partial<Record<keyof typeof steps, string>>> = {
  'spawning.first': { ready: 'idle', failed: 'terminated', reset: 'resetting', terminate: 'terminated' },
  idle: { exec: 'busy.running', reset: 'resetting', terminate: 'terminated', idleTimeout: 'terminated' },
  'busy.running': {
    interrupt: 'busy.interrupting',
    cancelCurrent: 'busy.interrupting',
    kill: 'busy.killing',
    settled: 'idle',
    diedUnder: 'spawning.recovering',
    reset: 'resetting',
    terminate: 'terminated',
  },
  'busy.interrupting': {
    exhausted: 'busy.killing',
    kill: 'busy.killing',
    settled: 'idle',
    diedUnder: 'spawning.recovering',
    reset: 'resetting',
    terminate: 'terminated',
  },
  'busy.killing': {
    settled: 'idle',
    diedUnder: 'spawning.recovering',
    reset: 'resetting',
    terminate: 'terminated',
  },
  'spawning.recovering': { ready: 'idle', failed: 'idle', reset: 'resetting', terminate: 'terminated' },
  resetting: { resetDone: 'idle', resetFailed: 'terminated', terminate: 'terminated' },
  terminated: {},
};

const walk = (harness: Harness, path: Step[]): void => {
  for (const step of path) harness.send(step(harness));
};

describe('session machine', () => {
  for (const [from, path] of Object.entries(paths)) {
    it(`takes every event in ${from} to where the table says`, () => {
      const reached = Object.entries(steps).map(([name, step]) => {
        const harness = start();
        walk(harness, path);
        expect(harness.state()).toBe(from);
        harness.send(step(harness));
        return [name, harness.state()];
      });
      const wanted = Object.keys(steps).map((name) => [
        name,
        table[from]?.[name as keyof typeof steps] ?? from,
      ]);
      expect(Object.fromEntries(reached)).toEqual(Object.fromEntries(wanted));
    });
  }

  it('goes on with the queue whenever it leaves a state that only queues', () => {
    const waysOut: [path: Step[], out: Step][] = [
      [[exec], ready],
      [[ready, exec, exec], settled],
      [[ready, exec, diedUnder, exec], ready],
      [[ready, exec, diedUnder, exec], failed],
      [[ready, reset, exec], resetDone],
    ];
    for (const [path, out] of waysOut) {
      const harness = start();
      walk(harness, [...path, out]);
      expect({ state: harness.state(), queued: harness.queue.length }).toEqual({
        state: 'busy.running',
        queued: 0,
      });
    }
  });

  it('asks a command to stop only once', () => {
    const harness = start();
    walk(harness, [ready, exec, interrupt, interrupt, cancelCurrent, interrupt]);
    expect(harness.asked).toEqual(['interruptKernel']);
  });

  it('answers after its end', () => {
    const harness = start();
    walk(harness, [terminate, exec, reset]);
    expect(harness.asked).toEqual(['performTermination', 'rejectCommand', 'rejectReset']);
  });

  it('runs commands in order, one at a time, on any walk', () => {
    const anyStep = fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[]));
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (names) => {
        const harness = start();
        const accepted: string[] = [];
        const ran: string[] = [];
        for (const name of names) {
          const event = steps[name](harness);
          if (event.type === 'EXEC') accepted.push(event.command.id);
          harness.send(event);
          const { current } = harness.queue;
          if (current && ran.at(-1) !== current.id) ran.push(current.id);
          expect(current !== undefined).toBe(harness.state().startsWith('busy'));
          expect(harness.state() === 'idle' && harness.queue.length > 0).toBe(false);
        }
        // Each at most once, and in the order they were accepted.
        expect(ran).toEqual(accepted.filter((id) => ran.includes(id)));
      }),
      { numRuns: 500 },
    );
  });
});
