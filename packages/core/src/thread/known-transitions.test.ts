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
import { repeatTransitions } from './known-transitions.ts';

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
