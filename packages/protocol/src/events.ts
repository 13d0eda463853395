/** Events of a manager and of a session, and the frames that carry them from the thread. */
import type { CommandEnvelope, Language } from './command.ts';
import type { CommandId, SessionId } from './ids.ts';
import type { InspectionRecord } from './inspection.ts';
import type { OutputStream, RuntimeOutput } from './output.ts';
import type { SessionSettings } from './rpc.ts';
import type { SessionStatus } from './state.ts';

/** Why a session ended. */
export type TerminationReason =
  | 'requested'
  | 'idle-timeout'
  | 'spawn-failed'
  | 'thread-died'
  | 'manager-closed';

interface SessionEventBase {
  sessionId: SessionId;
  workspaceId: string;
}

export type SessionEvent = SessionEventBase &
  (
    | { type: 'session-opened' }
    | { type: 'thread-started'; threadId: number }
    | { type: 'session-terminated'; reason: TerminationReason; message?: string }
    | {
        type: 'transition';
        from: SessionStatus;
        to: SessionStatus;
        queueLength: number;
        commandId?: CommandId;
      }
    | { type: 'command-started'; commandId: CommandId; language: Language; code: string }
    | { type: 'command-finished'; commandId: CommandId; output: Omit<RuntimeOutput, 'stdout' | 'stderr'> }
    | { type: 'kernel-started'; language: Language; pid: number; epoch: number; version: string }
    | {
        type: 'kernel-died';
        language: Language;
        pid: number;
        epoch: number;
        reason: string;
        expected: boolean;
      }
    | { type: 'setup-failed'; language: Language; code: string; message: string }
    | { type: 'late-output'; commandId: CommandId; stream: OutputStream; data: string }
  );

export type SessionEventType = SessionEvent['type'];

/** What the thread says of itself, without the ids that the host knows already. */
export type ThreadEvent =
  | OwnEvent
  /** The thread has taken its task. */
  | { type: 'thread-up' }
  /** A kernel that was started ahead, and is nobody's yet: the host watches over its process, too. */
  | { type: 'spare-kernel'; pid: number; alive: boolean }
  /** Compiled code, for later threads to start with. */
  | { type: 'code-cache'; code: Partial<CompiledCode> };

/** V8's code cache of each file that a session thread loads. */
export type CompiledCode = Record<'session-thread' | 'child-kernel', Uint8Array>;

type OwnEvent = SessionEvent extends infer Event
  ? Event extends { type: 'session-opened' }
    ? never
    : Event extends SessionEventBase
      ? Omit<Event, keyof SessionEventBase>
      : never
  : never;

/** Frames on the data port, thread to host. */
export type ThreadFrame =
  | { type: 'chunk'; id: CommandId; stream: OutputStream; data: Uint8Array }
  | { type: 'inspection'; records: InspectionRecord[] };

/** An open pipe, handed from one thread of the process to another. */
export interface PipeHandle {
  /** A non-blocking read end. */
  fd: number;
  /** Opens to a fresh end of the pipe, from any process of this user. */
  path: string;
}

/** Of what the host says, what a session is told. */
export type SessionFrame = Exclude<HostFrame, { type: 'open' | 'discard' | 'pipes' }>;

/** What the host says to the thread beside calls, on the same port, so that all of it keeps its order. */
export type HostFrame =
  /** The pipes that the thread begins with. None, when the host could not make any: it makes its own then. */
  | { type: 'pipes'; pipes: PipeHandle[] }
  /** The session begins. No frame for it comes earlier. */
  | { type: 'open'; settings: SessionSettings }
  /** There will be no session: end what was started ahead. */
  | { type: 'discard' }
  | { type: 'exec'; command: CommandEnvelope }
  /** The host can take so many more bytes of this command's output. */
  | { type: 'credit'; id: CommandId; bytes: number }
  | { type: 'stdin'; id: CommandId; data: Uint8Array }
  | { type: 'stdin-end'; id: CommandId }
  /** Send inspection records from now on, the buffered ones first; or stop. */
  | { type: 'watch'; on: boolean }
  /** Somebody listens to every event, or nobody does: then only what the host itself needs is sent. */
  | { type: 'listen'; on: boolean };
