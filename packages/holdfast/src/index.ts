/**
 * Persistent bash, Python and Node sessions: core with the three languages wired up.
 *
 * ```
 * create-session-manager   a manager that knows bash, python and node
 * global-runtime-manager   one that is shared by the whole process, made on first use
 * ```
 */
export { describeKernelMachine, describeSessionMachine, type Logger, toMermaid } from '@holdfast/core';
export { node } from '@holdfast/node-worker';
export {
  CommandCancelledError,
  type CommandId,
  type CommandRecord,
  type ErrorCode,
  type ExecOptions,
  type Execution,
  type HistoryEntry,
  HoldfastError,
  type InspectionRecord,
  type InterruptAnswer,
  type Interruption,
  InvalidCommandError,
  InvalidOptionsError,
  type JobInfo,
  type Language,
  type LanguageDescriptor,
  type MachineDescription,
  type MimeBundle,
  type OutputChunk,
  QueueFullError,
  ResourceExhaustedError,
  type RuntimeCommand,
  type RuntimeOutput,
  type RuntimeSession,
  type RuntimeSessionManager,
  type RuntimeState,
  type SessionConfig,
  type SessionEvent,
  type SessionId,
  SessionLimitError,
  type SessionStatus,
  SessionTerminatedError,
  SpawnFailedError,
  StdinClosedError,
  ThreadDiedError,
  type VariableInfo,
} from '@holdfast/protocol';
export { python } from '@holdfast/python-worker';
export { bash } from '@holdfast/shell-worker';
export { createSessionManager, type SessionManagerOptions } from './create-session-manager.ts';
export { globalRuntimeManager } from './global-runtime-manager.ts';
