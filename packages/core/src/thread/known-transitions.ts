/**
 * Transitions that XState has worked out once, and that are only repeated from then on.
 *
 * For each event XState works out which states are left and entered, and whose actions run: 5 µs and 9 KB of garbage,
 * four times for each command. But for guards and what `assign` does, all of it follows from the machine's
 * definition. So XState does it the first time that a transition is taken from a state, and is watched.
 */
import type {
  AnyActorScope,
  AnyEventObject,
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
} from 'xstate';

type Transition = ReturnType<AnyStateMachine['getTransitionData']>[number];
type Action = Transition['actions'][number];
type Executed = Parameters<AnyActorScope['actionExecutor']>[0];

interface KnownTransition {
  /** In the order in which they run; what they were run with is left out, and so not kept. */
  actions: Pick<Executed, 'type' | 'exec'>[];
  /** Where it leads, with the context that the machine had the last time. */
  after: AnyMachineSnapshot;
}

/** @returns what `machine.transition` does; XState's own inspection hears of actions, but not of repeated microsteps */
export const repeatTransitions = <Machine extends AnyStateMachine>(
  machine: Machine,
): ((before: AnyMachineSnapshot, event: AnyEventObject, scope: AnyActorScope) => AnyMachineSnapshot) => {
  const known = new Map<AnyStateNode, Map<Transition, KnownTransition>>();
  const isPlain = (action: Action): boolean => {
    // With parameters, which may depend on the event.
    if (typeof action === 'object') return false;
    const done = typeof action === 'string' ? machine.implementations.actions[action] : action;
    // XState's own, such as `assign`, have more to them than to be run.
    return done === undefined || !('resolve' in done);
  };

  return (before, event, scope) => {
    const [transition] = before.status === 'active' ? machine.getTransitionData(before, event) : none;
    const from = before._nodes.find(isAtomic);
    if (!transition || !from) return machine.transition(before, event, scope);
    const plan = known.get(from)?.get(transition);
    if (plan) return repeat(plan, before, event, scope);

    const actions: KnownTransition['actions'] = [];
    const watched: AnyActorScope = {
      ...scope,
      actionExecutor(action) {
        actions.push({ type: action.type, exec: action.exec });
        scope.actionExecutor(action);
      },
    };
    const after: AnyMachineSnapshot = machine.transition(before, event, watched);
    if (isRepeatable(before, after) && actionsOf(before, transition, after).every(isPlain)) {
      const ofState = known.get(from) ?? new Map<Transition, KnownTransition>();
      known.set(from, ofState.set(transition, { actions, after }));
    }
    return after;
  };
};

const none: readonly Transition[] = [];

const isAtomic = ({ type }: AnyStateNode): boolean => type === 'atomic';

const repeat = (
  plan: KnownTransition,
  before: AnyMachineSnapshot,
  event: AnyEventObject,
  { self, system, actionExecutor }: AnyActorScope,
): AnyMachineSnapshot => {
  const { context, children } = before;
  const info = { context, event, self, system };
  for (const { type, exec } of plan.actions) actionExecutor({ type, exec, params: undefined, info });
  const { after } = plan;
  if (after.context !== context || after.children !== children) plan.after = { ...after, context, children };
  return plan.after;
};

/** Nothing came of it that depends on more than the state and the transition. */
const isRepeatable = (before: AnyMachineSnapshot, after: AnyMachineSnapshot): boolean =>
  after.status === 'active' &&
  [...before._nodes, ...after._nodes].every(isSimple) &&
  // One that is taken without an event may have a guard.
  after._nodes.every(({ always }) => always === undefined);

/** Where it is says all about where it was, and nothing happens in it but its actions. */
const isSimple = ({ type, invoke, states }: AnyStateNode): boolean =>
  type !== 'parallel' &&
  invoke.length === 0 &&
  Object.values(states).every((child: AnyStateNode) => child.type !== 'history' && child.type !== 'final');

/** All that may have run: of the transition, of what was left, of what was entered. */
const actionsOf = (
  before: AnyMachineSnapshot,
  transition: Transition,
  after: AnyMachineSnapshot,
): readonly Action[] => [
  ...transition.actions,
  ...before._nodes.flatMap(({ exit }) => exit),
  ...after._nodes.flatMap(({ entry, initial }) => [...entry, ...(initial?.actions ?? [])]),
];
