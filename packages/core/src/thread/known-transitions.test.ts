import { type CommandEnvelope, createCommandId, type Language, type SessionId } from '@holdfast/protocol';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  createActor,
  createMachine,
  enqueueActions,
  fromCallback,
  setup,
} from 'xstate';
import { createCommandQueue } from './command-queue.ts';
import { createInspectionRecorder, stateName } from './inspection-recorder.ts';
import { type KernelEvent, kernelMachine } from './kernel-machine.ts';
import { repeatTransitions } from './known-transitions.ts';
import { createPendingCommand, type PendingCommand } from './pending-command.ts';
import { type SessionEvent, sessionMachine } from './session-machine.ts';

const toCommand = (language: Language): PendingCommand => {
  const envelope: CommandEnvelope = {
    id: createCommandId(),
    code: '',
    language,
    timeoutMs: 0,
    stream: false,
  };
  return createPendingCommand(envelope, { onOutcome: () => undefined, onRejection: () => undefined });
};

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
      actions: {
        enqueue: ({ event }) => {
          if (event.type === 'EXEC') queue.add(event.command);
        },
        dropFromQueue: ({ event }) => {
          if (event.type === 'CANCEL') queue.drop(event.id);
        },
        rejectQueue: () => void queue.dropAll(),
        rejectQueueAsUnspawnable: () => void queue.dropAll(),
      },
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
      (language): Step => ({ to: 'session', event: { type: 'EXEC', command: toCommand(language) } }),
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
      take(session, { to: 'session', event: { type: 'EXEC', command: toCommand('bash') } });
      if (command % 2 === 0)
        take(session, { to: 'session', event: { type: 'EXEC', command: toCommand('bash') } });
      take(session, { to: 'settle', recover: false });
      take(session, { to: 'settle', recover: false });
    }
    expect(stateOf(session)).toBe('idle ready');
    expect(worked).toEqual([]);
  });
});

describe('what is never repeated', () => {
  const go = { type: 'GO' };
  const back = { type: 'BACK' };
  /** Here and there and back. */
  const startBoth = (machine: AnyStateMachine) => {
    const repeating: AnyStateMachine = Object.create(machine);
    repeating.transition = repeatTransitions(machine);
    return [machine, repeating].map((one) => createActor(one).start());
  };
  const reach = (machine: AnyStateMachine, events: { type: string }[]): unknown[] =>
    startBoth(machine).map((actor) => {
      for (const event of events) actor.send(event);
      const { value, context } = actor.getSnapshot();
      return { value, context };
    });

  it('what changes the context', () => {
    const machine = createMachine({
      context: { count: 0 },
      on: { GO: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
    });
    const reached = { value: {}, context: { count: 3 } };
    expect(reach(machine, [go, go, go])).toEqual([reached, reached]);
  });

  it('what may change it and did not the first time', () => {
    const machine = createMachine({
      context: { box: { calls: 0 }, late: 0 },
      on: {
        GO: {
          actions: enqueueActions(({ context: { box }, enqueue }) => {
            box.calls += 1;
            if (box.calls % 3 !== 1) enqueue.assign({ late: ({ context }) => context.late + 1 });
          }),
        },
      },
    });
    // The box is one for both.
    const reached = { value: {}, context: { box: { calls: 6 }, late: 2 } };
    expect(reach(machine, [go, go, go])).toEqual([reached, reached]);
  });

  it('what goes on without an event, under a guard', () => {
    const machine = createMachine({
      types: {} as { context: { box: { visits: number } } },
      context: () => ({ box: { visits: 0 } }),
      initial: 'here',
      states: {
        here: {
          on: { GO: 'there' },
          exit: ({ context: { box } }) => Object.assign(box, { visits: box.visits + 1 }),
        },
        there: {
          always: { guard: ({ context }) => context.box.visits > 1, target: 'over' },
          on: { BACK: 'here' },
        },
        over: {},
      },
    });
    const reached = { value: 'over', context: { box: { visits: 2 } } };
    expect(reach(machine, [go, back, go])).toEqual([reached, reached]);
  });

  it('what starts an actor', () => {
    const starts: string[] = [];
    const machine = createMachine({
      id: 'host',
      initial: 'here',
      states: {
        here: { on: { GO: 'there' } },
        there: { invoke: { src: fromCallback(() => void starts.push('start')) }, on: { BACK: 'here' } },
      },
    });
    const [, repeating] = startBoth(machine);
    for (const event of [go, back, go, back, go]) repeating?.send(event);
    expect(starts).toEqual(['start', 'start', 'start']);
  });

  it('what sets a timer', () => {
    vi.useFakeTimers();
    try {
      const machine = createMachine({
        initial: 'here',
        states: {
          here: { on: { GO: 'there' } },
          there: { after: { 100: 'over' }, on: { BACK: 'here' } },
          over: { on: { BACK: 'here' } },
        },
      });
      const [, repeating] = startBoth(machine);
      for (const event of [go, back, go, back, go]) repeating?.send(event);
      vi.advanceTimersByTime(99);
      expect(repeating?.getSnapshot().value).toBe('there');
      vi.advanceTimersByTime(1);
      expect(repeating?.getSnapshot().value).toBe('over');
    } finally {
      vi.useRealTimers();
    }
  });

  it('what is one of several places at once', () => {
    const toggle = (event: string) => ({
      initial: 'off',
      states: { off: { on: { [event]: 'on' } }, on: { on: { [event]: 'off' } } },
    });
    const machine = createMachine({ type: 'parallel', states: { one: toggle('GO'), two: toggle('BACK') } });
    const reached = { value: { one: 'on', two: 'off' }, context: {} };
    expect(reach(machine, [go, back, go, back, back, go, go, go, back])).toEqual([reached, reached]);
  });

  it('what depends on where it was before', () => {
    const machine = createMachine({
      initial: 'in',
      states: {
        in: {
          initial: 'first',
          states: {
            first: { on: { NEXT: 'second' } },
            second: { on: { NEXT: 'first' } },
            last: { type: 'history' },
          },
          on: { GO: 'out' },
        },
        out: { on: { BACK: 'in.last' } },
      },
    });
    const next = { type: 'NEXT' };
    const reached = { value: { in: 'second' }, context: {} };
    expect(reach(machine, [go, back, next, go, back])).toEqual([reached, reached]);
  });

  it('what has parameters', () => {
    const seen: unknown[] = [];
    const machine = setup({
      actions: { see: (_args, params: { word: string }) => void seen.push(params.word) },
    }).createMachine({
      on: { '*': { actions: { type: 'see', params: ({ event }) => ({ word: event.type }) } } },
    });
    reach(machine, [go, back, go]);
    expect(seen).toEqual(['GO', 'BACK', 'GO', 'GO', 'BACK', 'GO']);
  });

  it('what is over in a part of it', () => {
    const machine = createMachine({
      context: { box: { visits: 0 } },
      initial: 'in',
      states: {
        in: {
          initial: 'first',
          states: { first: { on: { GO: 'last' } }, last: { type: 'final' } },
          onDone: [{ guard: ({ context }) => context.box.visits > 2, target: 'out' }, { target: 'again' }],
        },
        again: {
          entry: ({ context: { box } }) => Object.assign(box, { visits: box.visits + 1 }),
          on: { BACK: 'in' },
        },
        out: {},
      },
    });
    const [plain, repeated] = reach(machine, [go, back, go]);
    expect(plain).toMatchObject({ value: 'again' });
    expect(repeated).toMatchObject({ value: 'out' });
  });
});
