/** A connection to the daemon for as long as one command of this program needs it. */
import { type Connection, createConnection } from '@holdfast/client';
import { ensureDaemon } from './daemon/ensure-daemon.ts';
import { readTarget, type Target } from './target.ts';

/** Starts the daemon where there is none. */
export const withDaemon = async <Value>(
  use: (connection: Connection, target: Target) => Promise<Value>,
): Promise<Value> => {
  const target = readTarget();
  await ensureDaemon(target);
  const connection = createConnection({ ...target, reconnectMs: 0 });
  try {
    return await use(connection, target);
  } finally {
    connection.close();
  }
};
