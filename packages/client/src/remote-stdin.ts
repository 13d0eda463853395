/** Standard input of a remote command: written in order, each byte once, also when a request must be repeated. */
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
    await accepted;
    let isEnded = false;
    while (waiting.length > 0 || (isEnding && !isEnded)) {
      const body = Buffer.concat(waiting);
      waiting = [];
      isEnded = isEnding;
      const query = { offset, ...(isEnded ? { end: 'true' } : {}) };
      await connection.call('writeStdin', { params: params(), query, body });
      offset += body.length;
    }
    isSending = false;
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
