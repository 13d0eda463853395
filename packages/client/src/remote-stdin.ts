/** Standard input of a remote command: written in order, each byte once, also when a request must be repeated. */
import { DaemonUnreachableError } from '@holdfast/protocol';
import type { Connection } from './connection.ts';

export interface RemoteStdin {
  write(data: Uint8Array): void;
  end(): void;
}

/** @param accepted - resolves when the daemon knows the command */
export const createRemoteStdin = (
  connection: Connection,
  params: () => Record<string, string>,
  accepted: Promise<void>,
): RemoteStdin => {
  let waiting: Uint8Array[] = [];
  let isEnding = false;
  let isSending = false;
  let offset = 0;

  const send = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    try {
      await accepted;
      let isEnded = false;
      while (waiting.length > 0 || (isEnding && !isEnded)) {
        const body = Buffer.concat(waiting);
        waiting = [];
        const isLast = isEnding;
        const query = { offset, ...(isLast ? { end: 'true' } : {}) };
        try {
          await connection.call('writeStdin', { params: params(), query, body });
          offset += body.length;
          isEnded = isLast;
        } catch (error) {
          if (!(error instanceof DaemonUnreachableError)) throw error;
          // The command may live on: this piece goes with the next. What of it has arrived is skipped there.
          const isNextThere = waiting.length > 0 || isEnding !== isLast;
          waiting.unshift(body);
          if (!isNextThere) throw error;
        }
      }
    } finally {
      isSending = false;
    }
  };
  // The command is over or gone: its result tells, there is nobody left to write to.
  const start = (): void => void send().catch(() => undefined);

  return {
    write(data) {
      // A copy: the caller may use his buffer again.
      waiting.push(new Uint8Array(data));
      start();
    },
    end() {
      isEnding = true;
      start();
    },
  };
};
