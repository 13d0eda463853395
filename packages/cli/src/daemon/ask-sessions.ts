/** The sessions of a daemon that runs; none is started for it. */
import { createConnection } from '@holdfast/client';
import type { SessionMessage } from '@holdfast/protocol';
import type { Target } from '../target.ts';

/** @throws DAEMON_UNREACHABLE, ACCESS_REFUSED */
export const askSessions = async (target: Target): Promise<SessionMessage[]> => {
  const connection = createConnection({ ...target, reconnectMs: 0 });
  try {
    return (await connection.call('listSessions')).sessions;
  } finally {
    connection.close();
  }
};
