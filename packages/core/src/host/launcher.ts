/** Keeps the process that starts kernels (`kernel/launcher-process.ts`) running, once the host is large enough to need it. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CompanionProcess, startCompanion } from '../kernel/child-kernel.ts';
import { signalProcess } from '../kernel/process-table.ts';

export interface Launcher {
  /** Its socket. Kernels that are started before it listens are started by their threads. */
  readonly path: string;
  /** How many sessions there are now. */
  noteSessions(count: number): void;
  close(): void;
}

/** Beyond these a fork takes several times what it takes at first, and the 40 MB of the launcher are little. */
const sessionsWithout = 8;

/** It is the kernels' parent: code in them can stop it, as it could otherwise stop the host itself. */
const wakeEveryMs = 1_000;

const program = fileURLToPath(new URL('../../dist/launcher-process.cjs', import.meta.url));

/** @param folder - private to the host */
export const createLauncher = (folder: string): Launcher => {
  const path = join(folder, 'launcher');
  // `useless`: it ended before it listened, and would do so again.
  let state: 'not needed' | 'running' | 'useless' | 'closed' = 'not needed';
  let companion: CompanionProcess | undefined;
  let waking: NodeJS.Timeout | undefined;

  const start = (): void => {
    try {
      companion = startCompanion(process.execPath, [program, path]);
    } catch {
      // No process or descriptor to be had: tried again with the next session.
      state = 'not needed';
      return;
    }
    state = 'running';
    const { pid, exited } = companion;
    waking = setInterval(() => signalProcess(pid, 'SIGCONT'), wakeEveryMs).unref();
    void exited.then(takeEnd);
  };
  /** Somebody may kill it. The kernels live on. */
  const takeEnd = (): void => {
    clearInterval(waking);
    if (state === 'closed') return;
    state = 'useless';
    if (!existsSync(path)) return;
    rmSync(path);
    start();
  };
  return {
    path,
    noteSessions(count) {
      if (state === 'not needed' && count > sessionsWithout) start();
    },
    close() {
      state = 'closed';
      companion?.end();
    },
  };
};
