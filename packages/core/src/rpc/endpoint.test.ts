import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { QueueFullError, SessionTerminatedError } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { exposeOnPort, wrapPort } from './endpoint.ts';

const api = {
  add: async (a: number, b: number) => a + b,
  fail: async () => {
    throw new QueueFullError('full', { data: { maxQueue: 3 }, cause: new TypeError('why') });
  },
  never: () => new Promise<void>(() => undefined),
};

const connect = (neighbour = { flush: (): void => undefined }) => {
  const { port1, port2 } = new MessageChannel();
  exposeOnPort(api, port2, { flush: () => undefined });
  return { calls: wrapPort<typeof api>(port1, neighbour), port1, port2 };
};

describe('calls over a port', () => {
  it('carry values, and errors with code, data and cause', async () => {
    const { calls, port2 } = connect();
    expect(await calls.call((remote) => remote.add(2, 3))).toBe(5);
    await expect(calls.call((remote) => remote.fail())).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      data: { maxQueue: 3 },
      cause: { name: 'TypeError', message: 'why' },
    });
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

  it('let what shares their port go first', async () => {
    const seen: unknown[] = [];
    const { calls, port1, port2 } = connect({ flush: () => port1.postMessage({ frames: [] }) });
    port2.on('message', (message: object) => seen.push(Object.keys(message)[0]));
    await calls.call((remote) => remote.add(1, 1));
    expect(seen).toEqual(['frames', 'id']);
    port2.close();
  });

  it('share the port with messages that are none', async () => {
    const { calls, port1, port2 } = connect();
    port2.postMessage({ notices: [] });
    port1.postMessage('text');
    expect(await calls.call((remote) => remote.add(1, 1))).toBe(2);
    port2.close();
  });
});
