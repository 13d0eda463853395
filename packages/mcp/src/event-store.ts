/** Keeps what was sent to one client, so that it can resume a stream where it lost it. */
import type { EventId, EventStore, StreamId } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

interface StoredEvent {
  id: EventId;
  stream: StreamId;
  message: JSONRPCMessage;
  size: number;
}

export interface EventStoreLimits {
  /** Default 1,000. */
  maxEvents?: number;
  /** Default 4 MiB. */
  maxBytes?: number;
}

/**
 * In memory; the oldest events go first. A client that asks to resume after one that is gone is refused, and
 * learns so that it has missed something.
 */
export const createEventStore = ({
  maxEvents = 1_000,
  maxBytes = 4 * 1_048_576,
}: EventStoreLimits = {}): EventStore & {
  getStreamIdForEventId: (id: EventId) => Promise<StreamId | undefined>;
} => {
  // A map keeps the order in which the events came.
  const events = new Map<EventId, StoredEvent>();
  let count = 0;
  let bytes = 0;
  const trim = (): void => {
    for (const { id, size } of events.values()) {
      // The newest stays, however large: it may be the only answer to a call.
      if (events.size === 1 || (events.size <= maxEvents && bytes <= maxBytes)) return;
      events.delete(id);
      bytes -= size;
    }
  };
  return {
    storeEvent(stream, message) {
      count += 1;
      const id = `${count.toString(36)}-${stream}`;
      const size = JSON.stringify(message).length;
      events.set(id, { id, stream, message, size });
      bytes += size;
      trim();
      return Promise.resolve(id);
    },
    getStreamIdForEventId: (id) => Promise.resolve(events.get(id)?.stream),
    async replayEventsAfter(lastId, { send }) {
      const last = events.get(lastId);
      if (!last) return '';
      const all = [...events.values()];
      for (const { id, stream, message } of all.slice(all.indexOf(last) + 1)) {
        // Priming events carry no message.
        if (stream === last.stream && 'jsonrpc' in message) await send(id, message);
      }
      return last.stream;
    },
  };
};
