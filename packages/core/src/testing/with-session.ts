/** A session in a folder of its own, both gone afterwards whatever happened. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecOptions, RuntimeSession, RuntimeSessionManager, SessionConfig } from '@holdfast/protocol';

export const withSession = async (
  manager: RuntimeSessionManager,
  config: SessionConfig,
  body: (session: RuntimeSession, folder: string) => Promise<void>,
): Promise<void> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-test-')));
  const session = manager.getOrCreateSession(folder, { cwd: folder, ...config });
  try {
    await body(session, folder);
  } finally {
    await session.terminate();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** One line of a hostile table: what is typed, and what has to come of it. */
export interface HostileRow {
  name: string;
  code: string;
  /** Fields of the result; matchers are welcome. */
  expect?: Record<string, unknown>;
  options?: ExecOptions<'utf8'>;
  /** Typed afterwards, where the state itself would hide what is checked. */
  undo?: string;
  /** The kernel can not survive it: the result has to say so. */
  loses?: true;
}
