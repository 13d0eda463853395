/** A connection to the daemon for as long as one command of this program needs it. */
import { type Connection, createConnection } from '@holdfast/client';
import { ensureDaemon } from './daemon/ensure-daemon.ts';
import { isLocal, readTarget, type Target } from './target.ts';

/** Starts the daemon where there is none; once more where it ends before it has answered anything. */
export const withDaemon = async <Value>(
  use: (connection: Connection, target: Target) => Promise<Value>,
): Promise<Value> => {
  const target = readTarget();
  let wasAnswered = false;
  const attempt = async (): Promise<Value> => {
    await ensureDaemon(target);
    const connection = createConnection({ ...target, reconnectMs: 0 });
    const note = <Answer>(answer: Answer): Answer => {
      wasAnswered = true;
      return answer;
    };
    try {
      return await use(
        {
          ...connection,
          call: (name, input) => connection.call(name, input).then(note),
          stream: (name, input) => connection.stream(name, input).then(note),
        },
        target,
      );
    } finally {
      connection.close();
    }
  };
  try {
    return await attempt();
  } catch (error) {
    const isGone = (error as { code?: string }).code === 'DAEMON_UNREACHABLE';
    if (!isGone || wasAnswered || !isLocal(target)) throw error;
    return await attempt();
  }
};
