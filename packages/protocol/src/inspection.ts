/** What an observer of a session sees: one record for every transition of its actors. */

import type { Language } from './command.ts';
import type { SessionId } from './ids.ts';

/** One transition. `seq` counts up from 1 within a session without gaps. */
export interface InspectionRecord {
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
  sessionId: SessionId;
  /** `session`, or a kernel's: `kernel:python`. */
  actor: 'session' | `kernel:${Language}`;
  /** The event that caused it: `EXEC`, `KERNEL.DIED`. */
  event: string;
  /** State before and after, nested states joined by a dot: `busy.running`. */
  from: string;
  to: string;
  /** Ids and counts that belong to the event (command id, queue length, reason). */
  detail?: Record<string, string | number | boolean>;
}

/** A state of a machine, as data for a diagram. */
export interface MachineNode {
  /** Dotted path: `busy.running`. */
  id: string;
  parent?: string;
  /** The child that is entered first, for a compound state. */
  initial?: string;
  final: boolean;
}

export interface MachineEdge {
  from: string;
  to: string;
  /** Event name; `always` for eventless, `after 500` for delayed transitions. */
  event: string;
  guard?: string;
}

/** A machine's definition as data. */
export interface MachineDescription {
  id: string;
  initial: string;
  nodes: MachineNode[];
  edges: MachineEdge[];
}
