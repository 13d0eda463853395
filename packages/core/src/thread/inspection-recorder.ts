/** Turns XState's inspection events, which can not be cloned, into records that can. */
import type { InspectionRecord, Language, SessionId } from '@holdfast/protocol';
import type { AnyActorRef, InspectionEvent } from 'xstate';

/** How many records are kept for an observer who comes later. */
const replaySize = 1_000;

export interface InspectionRecorder {
  /** For `createActor(machine, { inspect })`. */
  inspect(event: InspectionEvent): void;
  /** The last records, oldest first. */
  replay(): InspectionRecord[];
}

/** @param onRecord - told of every transition as it happens */
export const createInspectionRecorder = (
  sessionId: SessionId,
  onRecord: (record: InspectionRecord) => void,
): InspectionRecorder => {
  const records: InspectionRecord[] = [];
  const states = new Map<string, string>();
  let seq = 0;
  return {
    inspect(event) {
      if (event.type !== '@xstate.snapshot') return;
      const { actorRef, snapshot } = event;
      // Actor ids collide between threads and are made up for the root: name them after their role.
      const actor = actorNameOf((actorRef as AnyActorRef).id);
      const to = stateName((snapshot as { value?: StateValue }).value);
      const from = states.get(actor) ?? '';
      if (from === to && !isReentry(event.event.type)) return;
      states.set(actor, to);
      const detail = detailOf(event.event);
      const record: InspectionRecord = {
        seq: ++seq,
        at: Date.now(),
        sessionId,
        actor,
        event: eventName(event.event.type),
        from,
        to,
        ...(detail ? { detail } : {}),
      };
      records.push(record);
      if (records.length > replaySize) records.shift();
      onRecord(record);
    },
    replay: () => [...records],
  };
};

type StateValue = string | { [key: string]: StateValue | undefined };

/** `{busy: 'running'}` as `busy.running`. */
export const stateName = (value: StateValue | undefined): string => {
  if (value === undefined || typeof value === 'string') return value ?? '';
  const [entry] = Object.entries(value);
  return entry ? [entry[0], stateName(entry[1])].filter(Boolean).join('.') : '';
};

const actorNameOf = (id: string): InspectionRecord['actor'] =>
  id.startsWith('kernel:') ? (id as `kernel:${Language}`) : 'session';

// The next command of a queue enters `busy.running` from `busy.running`: a transition all the same.
const isReentry = (event: string): boolean => event === 'COMMAND.SETTLED';

/** XState's own first event, in the words of the others. */
const eventName = (type: string): string => (type === 'xstate.init' ? 'INIT' : type);

/** The ids and reasons an event carries. */
const detailOf = (event: Record<string, unknown>): InspectionRecord['detail'] => {
  const detail: NonNullable<InspectionRecord['detail']> = {};
  for (const key of ['id', 'language', 'reason', 'recover'] as const) {
    const value = event[key];
    if (typeof value === 'string') detail[key] = value;
  }
  const command = event.command as { id?: unknown } | undefined;
  if (typeof command?.id === 'string') detail.id = command.id;
  if (event.error instanceof Error) detail.error = event.error.message;
  return Object.keys(detail).length > 0 ? detail : undefined;
};
