/** A session and its kernels, with nothing behind them, as XState runs them and as the session thread does. */
import { createCommandId, type Language, type SessionId } from '@holdfast/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, createActor } from 'xstate';
import { queueActions } from '../testing/bare-session.ts';
import { createCommandQueue } from './command-queue.ts';
import { createInspectionRecorder, stateName } from './inspection-recorder.ts';
import { type KernelEvent, kernelMachine } from './kernel-machine.ts';
import { createBlankCommand, type PendingCommand } from './pending-command.ts';
import { type SessionEvent, sessionMachine } from './session-machine.ts';

/** What was done, with what, and where it led. */
type Log = string[];

/** The same machine, whose every action is written down. */
const noting = <Machine extends AnyStateMachine>(machine: Machine, log: Log): Machine => {
  const actions = Object.entries(machine.implementations.actions).map(([name, action]) => {
    if (action === undefined || 'resolve' in action) return [name, action];
    const noted: typeof action = (args: { context: unknown; event: { type: string } }, params: unknown) => {
      const { context, event } = args;
      log.push(`${machine.id} ${event.type} ${name} ${JSON.stringify(told(context))}`);
      (action as (args: unknown, params: unknown) => void)(args, params);
    };
    return [name, noted];
  });
  return machine.provide({ actions: Object.fromEntries(actions) }) as Machine;
};

const told = (context: unknown): unknown => {
  const { queue, work, failures, awaited, kernels } = context as Record<string, never>;
  const { current, length } = (queue ?? {}) as { current?: PendingCommand; length?: number };
  const { command } = (work ?? {}) as { command?: PendingCommand };
  return [current?.id, length, command?.id, failures, awaited, Object.keys(kernels ?? {})];
};

/** As the session thread uses them. */
const observe = <Machine extends AnyStateMachine>(machine: Machine): Machine =>
  createInspectionRecorder('sess_test' as SessionId, () => undefined).observe(machine);
const leave = <Machine extends AnyStateMachine>(machine: Machine): Machine => machine;

const startSession = (prepare: typeof leave) => {
  const log: Log = [];
  const queue = createCommandQueue<PendingCommand>(100);
  const session = noting(
    sessionMachine.provide({
      actors: { kernel: prepare(noting(kernelMachine, log)) },
      actions: queueActions(queue),
    }),
    log,
  );
  const actor = createActor(prepare(session), { input: { language: 'bash', spawnRetries: 0, queue } });
  actor.start();
  return { actor, log };
};

type Step =
  | { to: 'session'; event: SessionEvent }
  | { to: 'settle'; recover: boolean }
  | { to: 'cancel' }
  | { to: Language; event: KernelEvent };

const waiter = { resolve: () => undefined, reject: () => undefined };
const languages: Language[] = ['bash', 'python'];
const anyLanguage = fc.constantFrom(...languages);
const error = new Error('no kernel');

/** Commands that come and go most of the time, since what is repeated is what is tested. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: anyLanguage.map(
      (language): Step => ({ to: 'session', event: { type: 'EXEC', command: createBlankCommand(language) } }),
    ),
  },
  { weight: 6, arbitrary: fc.constant<Step>({ to: 'settle', recover: false }) },
  {
    weight: 3,
    arbitrary: anyLanguage.map(
      (language): Step => ({ to: 'session', event: { type: 'KERNEL.READY', language } }),
    ),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        anyLanguage,
        fc.constantFrom<KernelEvent>(
          { type: 'LAUNCHED' },
          { type: 'FINISHED' },
          { type: 'FINISHED' },
          { type: 'DIED', reason: 'killed' },
          { type: 'LAUNCH_FAILED', error },
          { type: 'STOP' },
          { type: 'KILL' },
        ),
      )
      .map(([to, event]): Step => ({ to, event })),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Step>(
      { to: 'settle', recover: true },
      { to: 'cancel' },
      ...(
        [
          { type: 'INTERRUPT', reason: 'interrupt' },
          { type: 'CANCEL', id: createCommandId() },
          { type: 'KILL' },
          { type: 'LADDER.EXHAUSTED' },
          { type: 'RESET', waiter },
          { type: 'RESET.DONE' },
          { type: 'KERNEL.DIED', language: 'bash' },
          { type: 'KERNEL.FAILED', language: 'bash', error },
        ] satisfies SessionEvent[]
      ).map((event): Step => ({ to: 'session', event })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>({
      to: 'session',
      event: { type: 'TERMINATE', reason: 'requested' },
    }),
  },
);

const take = ({ actor }: ReturnType<typeof startSession>, step: Step): void => {
  const { kernels, queue } = actor.getSnapshot().context;
  if (step.to === 'session') return actor.send(step.event);
  if (step.to !== 'settle' && step.to !== 'cancel') return kernels[step.to]?.send(step.event);
  const { current } = queue;
  if (!current) return;
  const { id } = current;
  if (step.to === 'cancel') return actor.send({ type: 'CANCEL', id });
  kernels[current.envelope.language]?.send({ type: 'FINISHED' });
  actor.send({
    type: 'COMMAND.SETTLED',
    id,
    ...(step.recover ? { recover: current.envelope.language } : {}),
  });
};

const stateOf = ({ actor }: ReturnType<typeof startSession>): string => {
  const { value, context } = actor.getSnapshot();
  const kernels = Object.values(context.kernels).map((kernel) => stateName(kernel.getSnapshot().value));
  return [stateName(value), ...kernels].join(' ');
};

describe('repeated transitions', () => {
  it('do what XState does, on any walk of a session and its kernels', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 20, maxLength: 120 }), (steps) => {
        const plain = startSession(leave);
        const repeated = startSession(observe);
        for (const step of steps) {
          take(plain, step);
          take(repeated, step);
          expect(stateOf(repeated)).toBe(stateOf(plain));
        }
        expect(repeated.log).toEqual(plain.log);
      }),
      { numRuns: 300 },
    );
  });

  it('are those of commands: XState works out none of the second ten', () => {
    const worked: string[] = [];
    const counted = <Machine extends AnyStateMachine>(machine: Machine): Machine => {
      const copy: Machine = Object.create(machine);
      copy.transition = (before, event, scope) => {
        worked.push(event.type);
        return machine.transition(before, event, scope);
      };
      return observe(copy);
    };
    const session = startSession(counted);
    take(session, { to: 'bash', event: { type: 'LAUNCHED' } });
    take(session, { to: 'session', event: { type: 'KERNEL.READY', language: 'bash' } });
    for (let command = 0; command < 20; command += 1) {
      if (command === 10) worked.splice(0);
      take(session, { to: 'session', event: { type: 'EXEC', command: createBlankCommand('bash') } });
      if (command % 2 === 0)
        take(session, { to: 'session', event: { type: 'EXEC', command: createBlankCommand('bash') } });
      take(session, { to: 'settle', recover: false });
      take(session, { to: 'settle', recover: false });
    }
    expect(stateOf(session)).toBe('idle ready');
    expect(worked).toEqual([]);
  });
});
