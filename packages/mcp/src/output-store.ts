/**
 * What commands wrote, redacted, while they run and afterwards. A manager has a command's output only when it is
 * over, and then remembers little of a long one; clients are promised that they can read what was left out.
 */
import type { CommandId, OutputStream, RuntimeSessionManager, SessionId } from '@holdfast/protocol';
import { createOutputLog, type OutputLog } from './output-log.ts';

export interface OutputStore {
  /** Returns what takes the output in, and what says that it was all. */
  begin(session: SessionId, id: CommandId): { push(stream: OutputStream, text: string): void; end(): void };
  read(id: CommandId, stream: OutputStream): StoredOutput | undefined;
  /** Commands that are not over, the running one and those that wait. */
  underWay(session: SessionId): CommandId[];
  forget(session: SessionId): void;
  /** Calls back when there is more output of a command. Returns what ends that. */
  subscribe(listener: (session: SessionId, id: CommandId, stream: OutputStream) => void): () => void;
}

export interface StoredOutput extends ReturnType<OutputLog['read']> {
  isOver: boolean;
}

interface Entry extends Record<OutputStream, OutputLog> {
  session: SessionId;
  isOver: boolean;
}

const storesOfManagers = new WeakMap<RuntimeSessionManager, OutputStore>();

/** One for all servers of a manager: what one client started, another can look at. */
export const outputStoreOf = (manager: RuntimeSessionManager): OutputStore => {
  const known = storesOfManagers.get(manager) ?? createOutputStore();
  storesOfManagers.set(manager, known);
  return known;
};

const defaultCapacity = 64 * 1_048_576;

/** @param capacity - characters kept of commands that are over, all in all; the oldest go first */
export const createOutputStore = (capacity = defaultCapacity): OutputStore => {
  const entries = new Map<CommandId, Entry>();
  const listeners = new Set<Parameters<OutputStore['subscribe']>[0]>();
  const makeRoom = (): void => {
    let characters = [...entries.values()].reduce((sum, entry) => sum + sizeOf(entry), 0);
    for (const [id, entry] of entries) {
      if (characters <= capacity) return;
      if (!entry.isOver) continue;
      entries.delete(id);
      characters -= sizeOf(entry);
    }
  };
  return {
    begin(session, id) {
      const entry: Entry = { session, isOver: false, stdout: createOutputLog(), stderr: createOutputLog() };
      entries.set(id, entry);
      return {
        push(stream, text) {
          entry[stream].push(text);
          for (const listener of listeners) listener(session, id, stream);
        },
        end() {
          entry.isOver = true;
          makeRoom();
        },
      };
    },
    read(id, stream) {
      const entry = entries.get(id);
      return entry && { ...entry[stream].read(), isOver: entry.isOver };
    },
    underWay: (session) =>
      [...entries].filter(([, entry]) => entry.session === session && !entry.isOver).map(([id]) => id),
    forget(session) {
      for (const [id, entry] of entries) if (entry.session === session) entries.delete(id);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

// An entry is not free, even of a command that wrote nothing.
const sizeOf = ({ stdout, stderr }: Entry): number => 1_000 + stdout.characters + stderr.characters;
