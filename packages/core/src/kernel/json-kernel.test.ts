import type { CommandId } from '@holdfast/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ControlChannel } from './control-channel.ts';
import { createLineSplitter, jsonKernel } from './json-kernel.ts';

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
  return { channel, sent, receive: (text: string) => receive(Buffer.from(text)) };
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

const request = (code: string) => ({ commandId: 'cmd_1' as CommandId, code, stdout: '/out', stderr: '/err' });

describe('JSON kernel', () => {
  it('words a call as comlink does, under the id of its command', async () => {
    const { channel, sent, receive } = fakeChannel();
    const reply = jsonKernel(channel).run(request('1'));
    expect(sent.map((line) => JSON.parse(line))).toEqual([
      {
        id: 'cmd_1',
        type: 'APPLY',
        path: ['run'],
        argumentList: [{ type: 'RAW', value: request('1') }],
      },
    ]);
    receive('{"id":"cmd_1","type":"RAW","value":{"exitCode":3}}\n');
    expect(await reply).toEqual({ exitCode: 3 });
  });

  it('carries any code there and any value back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.jsonValue(), async (code, value) => {
        const { channel, sent, receive } = fakeChannel();
        const reply = jsonKernel(channel).run(request(code));
        expect(JSON.parse(sent.join('')).argumentList[0].value.code).toBe(code);
        receive(`${JSON.stringify({ id: 'cmd_1', type: 'RAW', value })}\n`);
        expect(await reply).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('throws what the kernel threw, also if it does not say what', async () => {
    const { channel, receive } = fakeChannel();
    const kernel = jsonKernel(channel);
    const failed = kernel.run(request('1'));
    receive(
      '{"id":"cmd_1","type":"HANDLER","name":"throw","value":{"isError":true,"value":{"name":"OSError","message":"no"}}}\n',
    );
    await expect(failed).rejects.toMatchObject({ name: 'OSError', message: 'no' });
    const silent = kernel.run(request('2'));
    receive('{"id":"cmd_1"}\n');
    await expect(silent).rejects.toThrow('the kernel could not answer');
  });

  it('drops what is no answer to an open call, and goes on', async () => {
    const { channel, receive } = fakeChannel();
    const reply = jsonKernel(channel).run(request('1'));
    receive('garbage\n42\nnull\n{"id":7}\n{"id":"other","type":"RAW","value":1}\n');
    receive('{"id":"cmd_1","type":"RAW","value":{"exitCode":0}}\n');
    receive('{"id":"cmd_1","type":"RAW","value":{"exitCode":9}}\n');
    expect(await reply).toEqual({ exitCode: 0 });
  });
});
