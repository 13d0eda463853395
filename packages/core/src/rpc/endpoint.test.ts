import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { QueueFullError, SessionTerminatedError } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { exposeOnPort, transferring, wrapPort } from './endpoint.ts';

const api = {
  add: async (a: number, b: number) => a + b,
  fail: async () => {
    throw new QueueFullError('full', { data: { maxQueue: 3 }, cause: new TypeError('why') });
  },
  never: () => new Promise<void>(() => undefined),
  bytes: async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    return transferring(bytes, [bytes.buffer]);
  },
};

const connect = () => {
  const { port1, port2 } = new MessageChannel();
  exposeOnPort(api, port2);
  return { calls: wrapPort<typeof api>(port1), port1, port2 };
};

describe('calls over a port', () => {
  it('carry values, errors with code, data and cause, and moved buffers', async () => {
    const { calls, port2 } = connect();
    expect(await calls.call((remote) => remote.add(2, 3))).toBe(5);
    await expect(calls.call((remote) => remote.fail())).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      data: { maxQueue: 3 },
      cause: { name: 'TypeError', message: 'why' },
    });
    expect([...(await calls.call((remote) => remote.bytes()))]).toEqual([1, 2, 3]);
    port2.close();
  });

  it('are rejected, all of them, when the port closes', async () => {
    const { calls, port2 } = connect();
    const pending = [calls.call((remote) => remote.never()), calls.call((remote) => remote.never())];
    const closed = once(port2, 'close');
    calls.end(new SessionTerminatedError('over'));
    for (const call of pending) await expect(call).rejects.toMatchObject({ code: 'SESSION_TERMINATED' });
    await expect(calls.call((remote) => remote.add(1, 1))).rejects.toMatchObject({
      code: 'SESSION_TERMINATED',
    });
    await closed;
  });

  it('share the port with messages that are none', async () => {
    const { calls, port1, port2 } = connect();
    port2.postMessage({ events: [] });
    port1.postMessage('text');
    expect(await calls.call((remote) => remote.add(1, 1))).toBe(2);
    port2.close();
  });
});
