/**
 * What a daemon leaves for the next one: which sessions are alive, one small file each.
 *
 * A daemon that ends in order leaves none. Those that a new one finds went down with one that was
 * killed: it reads their folders, mends torn logs, writes down what was lost, and tells whoever asks.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandId, isSessionId, type LostSession, type SessionId } from '@holdfast/protocol';
import { readJsonLines, setTornLineAside } from './read-lines.ts';
import { acceptedFile, historyFile, metadataFile, stateFile } from './session-folder.ts';
import { folderMode, writeJson } from './write-atomically.ts';

export interface SessionIndex {
  /** Lost sessions that are known, newest last. */
  readonly lost: readonly LostSession[];
  add(sessionId: SessionId, facts: { workspaceId: string; folder: string }): void;
  remove(sessionId: SessionId): void;
}

const maxLost = 100;

/** @param stateDir - the daemon's own folder, one per socket */
export const openSessionIndex = (stateDir: string, now: Date = new Date()): SessionIndex => {
  const live = join(stateDir, 'live');
  const lostFile = join(stateDir, 'lost.json');
  mkdirSync(live, { recursive: true, mode: folderMode });
  const found = readdirSync(live).flatMap((name) => {
    const session = readEntry(live, name);
    return session ? [recover(session, now)] : [];
  });
  const lost = [...readLost(lostFile), ...found].slice(-maxLost);
  if (found.length > 0) writeJson(lostFile, lost);
  // Not before they are written down.
  for (const name of readdirSync(live)) rmSync(join(live, name), { force: true });

  return {
    lost,
    add: (sessionId, facts) => writeJson(join(live, sessionId), facts),
    remove: (sessionId) => rmSync(join(live, sessionId), { force: true }),
  };
};

interface IndexEntry {
  sessionId: SessionId;
  workspaceId: string;
  folder: string;
}

const readEntry = (live: string, name: string): IndexEntry | undefined => {
  if (!isSessionId(name)) return undefined;
  const { workspaceId, folder } = readObject(join(live, name));
  if (typeof workspaceId !== 'string' || typeof folder !== 'string') return undefined;
  return { sessionId: name, workspaceId, folder };
};

const recover = ({ sessionId, workspaceId, folder }: IndexEntry, now: Date): LostSession => {
  const foundAt = now.toISOString();
  const bare: LostSession = { sessionId, workspaceId, folder, foundAt, executionCount: 0, commands: [] };
  try {
    return { ...bare, ...readFolder(folder, foundAt) };
  } catch {
    // Its folder is gone or unreadable. That the session is lost is known all the same.
    return bare;
  }
};

const readFolder = (folder: string, foundAt: string): Partial<LostSession> => {
  const history = join(folder, historyFile);
  const tornHistory = setTornLineAside(history);
  setTornLineAside(join(folder, acceptedFile));
  const lines = readJsonLines(history);
  const finished = new Set(lines.map(({ command_id }) => command_id));
  const commands = readJsonLines(join(folder, acceptedFile))
    .filter(({ command_id }) => !finished.has(command_id))
    .map(({ command_id, language, command, accepted_at }) => ({
      commandId: String(command_id) as CommandId,
      ...(typeof language === 'string' ? { language: language as 'bash' } : {}),
      command: String(command),
      acceptedAt: String(accepted_at),
    }));
  const lastExecutedAt = lines.at(-1)?.finished_at;
  writeJson(join(folder, metadataFile), {
    ...readObject(join(folder, metadataFile)),
    status: 'lost',
    execution_count: lines.length,
    ...(lastExecutedAt === undefined ? {} : { last_executed_at: lastExecutedAt }),
    lost_commands: commands.map(({ commandId }) => commandId),
  });
  writeJson(join(folder, stateFile), {
    ...readObject(join(folder, stateFile)),
    status: 'lost',
    kernels: {},
    commands: commands.map(({ commandId, language }) => ({ command_id: commandId, language })),
    updated_at: foundAt,
  });
  return {
    executionCount: lines.length,
    commands,
    ...(typeof lastExecutedAt === 'string' ? { lastExecutedAt } : {}),
    ...(tornHistory ? { tornHistory } : {}),
  };
};

const readLost = (path: string): LostSession[] => {
  const { lost } = { lost: readJson(path) };
  return Array.isArray(lost) ? (lost as LostSession[]) : [];
};

const readObject = (path: string): Record<string, unknown> => {
  const value = readJson(path);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
};

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};
