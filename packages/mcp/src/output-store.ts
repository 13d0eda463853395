/**
 * What running commands have written so far, redacted. A manager's record of a command has its output only
 * once it is over; clients want to look in before, also from another connection.
 */
import type { CommandId, OutputStream, RuntimeSessionManager } from '@holdfast/protocol';
import { createOutputLog, type OutputLog } from './output-log.ts';

export interface RunningOutputs {
  /** Returns what takes the output in, and what forgets it. */
  begin(id: CommandId): { push(stream: OutputStream, text: string): void; end(): void };
  read(id: CommandId, stream: OutputStream): ReturnType<OutputLog['read']> | undefined;
  /** Calls back when there is more output. Returns what ends that. */
  subscribe(listener: (id: CommandId, stream: OutputStream) => void): () => void;
}

const outputsOfManagers = new WeakMap<RuntimeSessionManager, RunningOutputs>();

/** One for all servers of a manager. */
export const runningOutputsOf = (manager: RuntimeSessionManager): RunningOutputs => {
  const known = outputsOfManagers.get(manager) ?? createRunningOutputs();
  outputsOfManagers.set(manager, known);
  return known;
};

const createRunningOutputs = (): RunningOutputs => {
  const running = new Map<CommandId, Record<OutputStream, OutputLog>>();
  const listeners = new Set<(id: CommandId, stream: OutputStream) => void>();
  return {
    begin(id) {
      const logs = { stdout: createOutputLog(), stderr: createOutputLog() };
      running.set(id, logs);
      return {
        push(stream, text) {
          logs[stream].push(text);
          for (const listener of listeners) listener(id, stream);
        },
        end: () => void running.delete(id),
      };
    },
    read: (id, stream) => running.get(id)?.[stream].read(),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};
