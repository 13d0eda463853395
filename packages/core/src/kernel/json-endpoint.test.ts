import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { ControlChannel } from './control-channel.ts';
import { createLineSplitter, jsonEndpoint } from './json-endpoint.ts';

/** Cuts bytes at the given places, as a pipe may. */
const cut = (bytes: Buffer, places: number[]): Buffer[] => {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const starts = [0, ...ends];
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1] ?? bytes.length));
};

const fakeChannel = () => {
  const sent: string[] = [];
  let receive: (data: Buffer) => void = () => undefined;
  const channel: ControlChannel = {
    scratchDir: '/nowhere',
    send: (data) => void sent.push(data.toString()),
    onData: (listener) => {
      receive = listener;
    },
  };
  return { channel, sent, receive: (data: Buffer) => receive(data) };
};

describe('line splitter', () => {
  it('gives the same lines whatever the pieces', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(500)), (lines, places) => {
        const seen: string[] = [];
        const split = createLineSplitter((found) => seen.push(found));
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        // The reader's buffer is overwritten after each call, as the real one is.
        for (const piece of cut(bytes, places)) {
          const buffer = Buffer.from(piece);
          split(buffer);
          buffer.fill(0);
        }
        expect(seen).toEqual(lines);
      }),
    );
  });
});

describe('JSON endpoint', () => {
  it('carries any message there and back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { channel, sent, receive } = fakeChannel();
        const endpoint = jsonEndpoint(channel);
        const seen: unknown[] = [];
        endpoint.addEventListener('message', (event: Event) => seen.push((event as MessageEvent).data));
        const message = { id: '1', type: 'RAW', value };
        endpoint.postMessage(message);
        receive(Buffer.from(sent.join('')));
        expect(seen).toEqual([JSON.parse(JSON.stringify(message))]);
      }),
    );
  });

  it('drops what is no message, and goes on', () => {
    const { channel, receive } = fakeChannel();
    const listener = vi.fn();
    jsonEndpoint(channel).addEventListener('message', listener);
    receive(Buffer.from('garbage\n42\nnull\n{"id":"a"}\n'));
    expect(listener.mock.calls).toEqual([[{ data: { id: 'a' } }]]);
  });
});
