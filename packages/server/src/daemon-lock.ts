/**
 * One daemon per socket: a lock file that tells who holds it, and that a dead holder does not keep.
 *
 * Node has no `flock`. A lock is made whole or not at all (`link` of a finished file). To take away the
 * lock of a dead holder, one needs the lock to do so, named after that holder: so of many who see the
 * same dead daemon, one removes its lock, and nobody can remove a lock that is newer than what he saw.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface LockHolder {
  /** Unique to this holding of the lock. */
  id: string;
  pid: number;
  /** Tells a process from a later one with the same pid. */
  startedAt: string;
}

export type LockAnswer = { release(): void } | { heldBy: LockHolder };

/** How long to wait for one who is about to take away a dead holder's lock: milliseconds. */
const breakerWaitMs = 10;

export const acquireLock = async (path: string): Promise<LockAnswer> => {
  const self: LockHolder = {
    id: randomUUID(),
    pid: process.pid,
    startedAt: startOf(process.pid) ?? '',
  };
  for (;;) {
    if (tryCreate(path, self)) return { release: () => releaseIfOurs(path, self) };
    const holder = readHolder(path);
    if (!holder) continue;
    if (isAlive(holder)) return { heldBy: holder };
    const breaker = await acquireLock(`${path}.${holder.id}`);
    if ('heldBy' in breaker) {
      await delay(breakerWaitMs);
      continue;
    }
    releaseIfOurs(path, holder);
    breaker.release();
  }
};

/** Who holds it, if a living process does. */
export const readLock = (path: string): LockHolder | undefined => {
  const holder = readHolder(path);
  return holder && isAlive(holder) ? holder : undefined;
};

const tryCreate = (path: string, self: LockHolder): boolean => {
  const draft = `${path}.${self.id}.new`;
  writeFileSync(draft, JSON.stringify(self), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    unlinkSync(draft);
  }
};

const releaseIfOurs = (path: string, { id }: LockHolder): void => {
  if (readHolder(path)?.id !== id) return;
  try {
    unlinkSync(path);
  } catch {
    // Somebody has removed the folder.
  }
};

const readHolder = (path: string): LockHolder | undefined => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { id, pid, startedAt } = JSON.parse(text) as LockHolder;
    // It becomes part of a file's name.
    if (/^[\w-]{1,64}$/.test(id) && Number.isInteger(pid)) return { id, pid, startedAt };
  } catch {
    // Not ours: nobody alive holds it.
  }
  return { id: 'unreadable', pid: 0, startedAt: '' };
};

const isAlive = ({ pid, startedAt }: LockHolder): boolean => pid > 0 && startOf(pid) === startedAt;

/** Clock ticks from boot to start; undefined if there is no such process. */
const startOf = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
};
