/** Turns XState's inspection events, which can not be cloned, into records that can. */
import type { InspectionRecord, Language, SessionId } from '@holdfast/protocol';
import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { repeatTransitions } from './known-transitions.ts';

/** How many records are kept for an observer who comes later. */
const replaySize = 1_000;

export interface InspectionRecorder {
  /**
   * The same machine, whose every transition is recorded.
   *
   * XState's own `inspect` tells of every event, action and microstep: that doubles what a transition costs
   * (30 against 20 µs for the four of a plain command).
   */
  observe<Machine extends AnyStateMachine>(machine: Machine): Machine;
  toRecord(noted: NotedTransition): InspectionRecord;
  /** The last records, oldest first. */
  replay(): InspectionRecord[];
}

/** A record while nobody has asked for it. Used again for a later transition: not to be kept. */
export interface NotedTransition extends Omit<InspectionRecord, 'detail' | 'sessionId'> {
  detail: InspectionRecord['detail'] | undefined;
}

/** @param onTransition - told of every transition as it happens, and what the machine's context is from then on */
export const createInspectionRecorder = (
  sessionId: SessionId,
  onTransition: (noted: NotedTransition, context: unknown) => void,
): InspectionRecorder => {
  // A ring: objects that live as long as a thousand transitions would be copied by every collection of young garbage.
  const ring: NotedTransition[] = [];
  let seq = 0;

  const nextSlot = (): NotedTransition => {
    const place = seq % replaySize;
    seq += 1;
    ring[place] ??= { seq, at: 0, actor: 'session', event: '', from: '', to: '', detail: undefined };
    return ring[place];
  };
  const toRecord = ({ detail, ...noted }: NotedTransition): InspectionRecord => ({
    ...noted,
    sessionId,
    ...(detail ? { detail } : {}),
  });
  const note = (
    actor: InspectionRecord['actor'],
    before: AnyMachineSnapshot | undefined,
    event: AnyEventObject,
    after: AnyMachineSnapshot,
  ): void => {
    if (before?.value === after.value && !isReentry(event.type)) return;
    const from = before ? stateName(before.value) : '';
    const to = stateName(after.value);
    if (from === to && !isReentry(event.type)) return;
    const noted = nextSlot();
    noted.seq = seq;
    noted.at = Date.now();
    noted.actor = actor;
    noted.event = eventName(event.type);
    noted.from = from;
    noted.to = to;
    noted.detail = detailOf(event);
    onTransition(noted, after.context);
  };

  return {
    observe(machine) {
      const observed: typeof machine = Object.create(machine);
      const transition = repeatTransitions(machine);
      observed.getInitialSnapshot = (scope, input) => {
        const snapshot = machine.getInitialSnapshot(scope, input);
        note(actorNameOf(scope), undefined, { type: 'xstate.init' }, snapshot);
        return snapshot;
      };
      observed.transition = (before, event, scope) => {
        const after = transition(before, event, scope);
        note(actorNameOf(scope), before, event, after);
        return after;
      };
      return observed;
    },
    toRecord,
    replay: () => [...ring].sort((one, other) => one.seq - other.seq).map(toRecord),
  };
};

type StateValue = string | { [key: string]: StateValue | undefined };

/** Names that were put together before: `running` of `busy` is `busy.running`. */
const joined = new Map<string, Map<string, string>>();

/** `{busy: 'running'}` as `busy.running`. */
export const stateName = (value: StateValue | undefined): string => {
  if (value === undefined || typeof value === 'string') return value ?? '';
  for (const parent in value) return joinNames(parent, stateName(value[parent]));
  return '';
};

const joinNames = (parent: string, child: string): string => {
  if (child === '') return parent;
  const known = joined.get(parent) ?? new Map<string, string>();
  joined.set(parent, known);
  const name = known.get(child) ?? `${parent}.${child}`;
  known.set(child, name);
  return name;
};

// Actor ids collide between threads and are made up for the root: name them after their role.
const actorNameOf = ({ self }: { self: { id: string } }): InspectionRecord['actor'] =>
  self.id.startsWith('kernel:') ? (self.id as `kernel:${Language}`) : 'session';

// The next command of a queue enters `busy.running` from `busy.running`: a transition all the same.
const isReentry = (event: string): boolean => event === 'COMMAND.SETTLED';

/** XState's own first event, in the words of the others. */
const eventName = (type: string): string => (type === 'xstate.init' ? 'INIT' : type);

const told = ['id', 'language', 'reason', 'recover'] as const;

/** The ids and reasons an event carries. */
const detailOf = (event: Record<string, unknown>): InspectionRecord['detail'] | undefined => {
  let detail: NonNullable<InspectionRecord['detail']> | undefined;
  for (const key of told) {
    const value = event[key];
    if (typeof value !== 'string') continue;
    detail ??= {};
    detail[key] = value;
  }
  const command = event.command as { id?: unknown } | undefined;
  if (typeof command?.id === 'string') {
    detail ??= {};
    detail.id = command.id;
  }
  if (event.error instanceof Error) {
    detail ??= {};
    detail.error = event.error.message;
  }
  return detail;
};
