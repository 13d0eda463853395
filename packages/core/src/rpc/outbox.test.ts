import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createOutbox } from './outbox.ts';

const open = () => {
  const { port1, port2 } = new MessageChannel();
  const outbox = createOutbox<string>(port1, (items) => ({ items }));
  const messages: string[][] = [];
  port2.on('message', ({ items }: { items: string[] }) => messages.push(items));
  /** A last word, after which everything that was sent before has arrived. */
  const settle = async (): Promise<string[][]> => {
    outbox.sayNow('end');
    while (!messages.some((items) => items.includes('end'))) await once(port2, 'message');
    port2.close();
    return messages;
  };
  return { outbox, messages, port2, settle };
};

describe('outbox', () => {
  it('sends what is said in one turn as one message, in order', async () => {
    const { outbox, settle } = open();
    outbox.say('a');
    outbox.say('b');
    await Promise.resolve();
    outbox.say('c');
    await Promise.resolve();
    expect(await settle()).toEqual([['a', 'b'], ['c'], ['end']]);
  });

  it('sends what can not wait together with what came before it', async () => {
    const { outbox, settle } = open();
    outbox.say('a');
    outbox.hold('b');
    outbox.sayNow('c');
    expect(await settle()).toEqual([['a', 'b', 'c'], ['end']]);
  });

  it('sends what was held by itself, if nothing follows', async () => {
    const { outbox, messages, port2, settle } = open();
    outbox.hold('a');
    await once(port2, 'message');
    expect(messages).toEqual([['a']]);
    await settle();
  });

  it('holds no more than 64', async () => {
    const { outbox, settle } = open();
    for (let count = 0; count < 65; count += 1) outbox.hold(String(count));
    const [first, second] = await settle();
    expect(first).toHaveLength(64);
    expect(second).toEqual(['64', 'end']);
  });

  it('moves buffers with their message', async () => {
    const { port1, port2 } = new MessageChannel();
    const outbox = createOutbox<Uint8Array>(port1, (items) => ({ items }));
    const bytes = new Uint8Array([1, 2, 3]);
    outbox.sayNow(bytes, [bytes.buffer]);
    const [{ items }] = (await once(port2, 'message')) as [{ items: Uint8Array[] }];
    expect({ there: [...(items[0] ?? [])], here: bytes.length }).toEqual({ there: [1, 2, 3], here: 0 });
    port2.close();
  });
});
