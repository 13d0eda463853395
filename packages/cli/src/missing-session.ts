/** Why a session is not there: a typo, it has ended, or it went down with its daemon. The files of sessions tell. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSessionId } from '@holdfast/protocol';
import { askSessions } from './daemon/ask-sessions.ts';
import { stateDirOf } from './daemon/daemon-files.ts';
import { isLocal, readTarget } from './target.ts';

/** @param error - of the daemon: SESSION_NOT_FOUND or SESSION_TERMINATED */
export const explainMissing = async (
  error: Error & { code?: string; data?: Record<string, unknown> },
): Promise<string> => {
  const { code, data = {}, message } = error;
  if (data.lost) return message;
  if (code === 'SESSION_TERMINATED') {
    const { sessionId, reason } = data as { sessionId?: string; reason?: string };
    return `Session not found: ${sessionId} has ended${reasons[reason ?? ''] ?? ''}. Start a new one.`;
  }
  const name = String(data.session ?? '');
  const past = findFolder(name);
  if (past) return `Session not found: ${name} ${pastOf(past)} What it did is in ${past.folder}.`;
  const near = await nearest(name);
  const hint = near ? ` Did you mean ${near}?` : '';
  return `Session not found: ${name}. There is none of that name, and no files of one here: a typo?${hint} holdfast list shows all, holdfast start --name NAME starts one.`;
};

const reasons: Readonly<Record<string, string>> = {
  requested: ', as asked',
  'idle-timeout': ': it was idle for too long',
  'spawn-failed': ': its kernel could not be started',
  'thread-died': ': its thread died',
  'manager-closed': ' with its daemon',
};

interface PastSession {
  folder: string;
  status: string;
  lastExecutedAt: string | null;
}

const pastOf = ({ status, lastExecutedAt }: PastSession): string => {
  const last = lastExecutedAt ? ` (last command ${lastExecutedAt})` : '';
  if (status === 'terminated') return `has ended${last}. Start a new one.`;
  if (status === 'lost') return `was lost when its daemon was killed${last}. Start a new one.`;
  return `belongs to another daemon, or went down with one${last}.`;
};

/** Session folders of this directory and those above it, and the daemon's own. The youngest of that name. */
const findFolder = (name: string): PastSession | undefined => {
  const target = readTarget();
  const { HOLDFAST_SESSIONS_DIR: own } = process.env;
  const roots = [
    ...(own ? [own] : []),
    ...parentsOf(process.cwd()).map((folder) => join(folder, '.sessions')),
  ];
  if (isLocal(target)) roots.push(join(stateDirOf(target.socketPath), 'sessions'));
  for (const root of roots) {
    const found = isSessionId(name)
      ? [readFolder(join(root, name))]
      : listFolders(root).map((folder) => readFolder(folder, name));
    const known = found.filter((past) => past !== undefined);
    const youngest = known.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)).at(-1);
    if (youngest) return youngest;
  }
  return undefined;
};

const parentsOf = (folder: string): string[] =>
  dirname(folder) === folder ? [folder] : [folder, ...parentsOf(dirname(folder))];

const listFolders = (root: string): string[] => {
  try {
    return readdirSync(root)
      .filter(isSessionId)
      .map((name) => join(root, name));
  } catch {
    return [];
  }
};

const readFolder = (
  folder: string,
  workspaceId?: string,
): (PastSession & { createdAt: string }) | undefined => {
  try {
    const text = readFileSync(join(folder, 'metadata.json'), 'utf8');
    const facts = JSON.parse(text) as Record<string, string | null>;
    if (workspaceId !== undefined && facts.workspace_id !== workspaceId) return undefined;
    return {
      folder,
      status: String(facts.status),
      lastExecutedAt: facts.last_executed_at ?? null,
      createdAt: String(facts.created_at),
    };
  } catch {
    return undefined;
  }
};

/** A live session whose id or name is a slip of the finger away. */
const nearest = async (name: string): Promise<string | undefined> => {
  const sessions = await askSessions(readTarget()).catch(() => []);
  const names = sessions.flatMap(({ sessionId, workspaceId }) => [workspaceId, sessionId]);
  const limit = Math.max(1, Math.floor(name.length / 4));
  const rated = names.map((known) => ({ known, distance: distanceOf(name, known) }));
  const [best] = rated.filter(({ distance }) => distance <= limit).sort((a, b) => a.distance - b.distance);
  return best?.known;
};

/** How many letters must be put in, taken away or changed (Levenshtein). */
const distanceOf = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};
