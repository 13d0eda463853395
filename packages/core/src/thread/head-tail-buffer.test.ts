import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHeadTailBuffer } from './head-tail-buffer.ts';

const collect = (maxBytes: number, pieces: Uint8Array[]) => {
  const buffer = createHeadTailBuffer(maxBytes);
  for (const piece of pieces) buffer.append(piece);
  return { ...buffer.read(), totalBytes: buffer.totalBytes };
};

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

describe('head-tail buffer', () => {
  it('keeps everything that fits, however it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
        const all = Buffer.concat(pieces);
        const { bytes, omittedBytes } = collect(Math.max(2, all.length), pieces);
        expect(Buffer.from(bytes)).toEqual(all);
        expect(omittedBytes).toBe(0);
      }),
    );
  });

  it('keeps half of the bound as head and half as tail, and counts the rest to the byte', () => {
    const ascii = fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 60 }), { maxLength: 60 });
    fc.assert(
      fc.property(ascii, fc.integer({ min: 2, max: 300 }), (texts, maxBytes) => {
        // Whole text has none: what shows one is torn.
        const all = texts.join('').replaceAll('\ufffd', '');
        const kept = collect(
          maxBytes,
          texts.map((piece) => Buffer.from(piece)),
        );
        const head = Math.floor(maxBytes / 2);
        const wanted =
          all.length <= maxBytes ? all : all.slice(0, head) + all.slice(all.length - (maxBytes - head));
        expect(text(kept.bytes)).toBe(wanted);
        expect(kept.omittedBytes).toBe(all.length - wanted.length);
        expect(kept.totalBytes).toBe(all.length);
      }),
    );
  });

  it('never tears a character', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 40 });
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 120 }), (texts, maxBytes) => {
        const all = texts.join('');
        const { bytes, omittedBytes } = collect(
          maxBytes,
          texts.map((piece) => Buffer.from(piece)),
        );
        const kept = text(bytes);
        expect(kept).not.toContain('\ufffd');
        expect(Buffer.byteLength(kept) + omittedBytes).toBe(Buffer.byteLength(all));
        expect(bytes.length).toBeLessThanOrEqual(Math.max(maxBytes, 0));
      }),
    );
  });

  it('keeps bytes that are no text as they are', () => {
    const { bytes, omittedBytes } = collect(8, [
      Buffer.from([0xff, 0xfe, 0, 1, 2, 3, 4, 5, 6, 0x80, 0x80, 0x80, 0x80]),
    ]);
    expect([...bytes]).toEqual([0xff, 0xfe, 0, 1, 0x80, 0x80, 0x80, 0x80]);
    expect(omittedBytes).toBe(5);
  });

  it('takes a million tiny writes without a million pieces', () => {
    const buffer = createHeadTailBuffer(1 << 20);
    const one = new Uint8Array([120]);
    for (let written = 0; written < 1_000_000; written += 1) buffer.append(one);
    expect(text(buffer.read().bytes)).toBe('x'.repeat(1_000_000));
  });
});
