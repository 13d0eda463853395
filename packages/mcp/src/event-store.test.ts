import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { createEventStore } from './event-store.ts';

const message = (method: string): JSONRPCMessage => ({ jsonrpc: '2.0', method });
const replay = async (store: ReturnType<typeof createEventStore>, id: string) => {
  const sent: unknown[] = [];
  const stream = await store.replayEventsAfter(id, {
    send: async (eventId, event) => {
      sent.push([eventId, 'method' in event && event.method]);
    },
  });
  return { stream, sent };
};

describe('createEventStore', () => {
  it('replays what came later in the same stream, in order, without priming events', async () => {
    const store = createEventStore();
    // What the SDK stores before the first message of a stream.
    const priming = await store.storeEvent('a', {} as JSONRPCMessage);
    await store.storeEvent('b', message('other'));
    const one = await store.storeEvent('a', message('one'));
    await store.storeEvent('a', {} as JSONRPCMessage);
    const two = await store.storeEvent('a', message('two'));
    expect(await replay(store, priming)).toEqual({
      stream: 'a',
      sent: [
        [one, 'one'],
        [two, 'two'],
      ],
    });
    expect(await replay(store, one)).toEqual({ stream: 'a', sent: [[two, 'two']] });
    expect(await store.getStreamIdForEventId(two)).toBe('a');
  });

  it('drops the oldest, and does not know them any more', async () => {
    const store = createEventStore({ maxEvents: 2 });
    const ids = [];
    for (const name of ['one', 'two', 'three']) ids.push(await store.storeEvent('a', message(name)));
    const [one = '', two = '', three = ''] = ids;
    expect(await store.getStreamIdForEventId(one)).toBeUndefined();
    expect(await replay(store, one)).toEqual({ stream: '', sent: [] });
    expect(await replay(store, two)).toEqual({ stream: 'a', sent: [[three, 'three']] });
  });

  it('keeps the newest, however large', async () => {
    const store = createEventStore({ maxBytes: 100 });
    const first = await store.storeEvent('a', message('x'));
    const large = await store.storeEvent('a', message('y'.repeat(1_000)));
    expect(await store.getStreamIdForEventId(first)).toBeUndefined();
    expect(await store.getStreamIdForEventId(large)).toBe('a');
  });
});
