/** A remote session's transitions, without a gap when the connection breaks. */
import {
  DaemonUnreachableError,
  HoldfastError,
  type InspectionRecord,
  type SessionId,
} from '@holdfast/protocol';
import type { Connection } from './connection.ts';

export const inspectRemotely = (
  connection: Connection,
  session: Promise<SessionId>,
): AsyncIterableIterator<InspectionRecord> => {
  const controller = new AbortController();
  const records = readRecords(connection, session, controller.signal);
  return {
    next: () => records.next(),
    async return() {
      controller.abort();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

async function* readRecords(
  connection: Connection,
  session: Promise<SessionId>,
  signal: AbortSignal,
): AsyncGenerator<InspectionRecord, undefined> {
  const params = { session: await session };
  let lastEventId: string | undefined;
  while (!signal.aborted) {
    try {
      for await (const { event, data, id } of await connection.stream('inspect', {
        params,
        lastEventId,
        signal,
      })) {
        if (event === 'end') return;
        lastEventId = id ?? lastEventId;
        yield data as InspectionRecord;
      }
    } catch (error) {
      if (signal.aborted || isOver(error)) return;
      if (!(error instanceof DaemonUnreachableError) || error.data.isDown) throw error;
    }
  }
}

/** The session ended while nobody was connected. */
const isOver = (error: unknown): boolean =>
  error instanceof HoldfastError && ['SESSION_TERMINATED', 'SESSION_NOT_FOUND'].includes(error.code);
