import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RangeText, type ReadRange, readRange } from './read-range.ts';

async function* inPieces(text: string, cuts: number[]): AsyncGenerator<string> {
  const units = [...text];
  const places = [0, ...cuts.map((cut) => cut % (units.length + 1)).sort((a, b) => a - b), units.length];
  for (const [index, end] of places.slice(1).entries()) yield units.slice(places[index], end).join('');
}

const texts = fc.string({ unit: fc.constantFrom('\n', 'a', 'é', '😀'), maxLength: 60 });
const cuts = fc.array(fc.nat(), { maxLength: 8 });
const read = (text: string, range: ReadRange, places: number[] = [], max = 1_000): Promise<RangeText> =>
  readRange(inPieces(text, places), range, max);

describe('readRange', () => {
  it('gives the lines that were asked for, however the text comes', async () => {
    const lines = fc.integer({ min: 1, max: 20 });
    await fc.assert(
      fc.asyncProperty(texts, cuts, lines, lines, async (text, places, fromLine, toLine) => {
        const all = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
        expect(await read(text, { fromLine, toLine }, places)).toEqual({
          text: all.slice(fromLine - 1, toLine).join(''),
          lines: all.length,
          bytes: Buffer.byteLength(text),
        });
      }),
    );
  });

  it('neighbouring ranges of bytes meet, whatever characters they cut', async () => {
    await fc.assert(
      fc.asyncProperty(texts, cuts, fc.nat(150), async (text, places, middle) => {
        const front = await read(text, { toByte: middle }, places);
        const back = await read(text, { fromByte: middle }, places);
        expect(front.text + back.text).toBe(text);
      }),
    );
  });

  it('going on where it says gives the whole', async () => {
    await fc.assert(
      fc.asyncProperty(texts, cuts, fc.integer({ min: 2, max: 10 }), async (text, places, max) => {
        let whole = '';
        let range: ReadRange | undefined = {};
        while (range) {
          const { text: part, next } = await read(text, range, places, max);
          expect(part.length).toBeLessThanOrEqual(max);
          whole += part;
          range = next && ('from_line' in next ? { fromLine: next.from_line } : { fromByte: next.from_byte });
        }
        expect(whole).toBe(text);
      }),
    );
  });

  it('a range that is not there is empty', async () => {
    expect(await read('a\nb', { fromLine: 5 })).toEqual({ text: '', lines: 2, bytes: 3 });
    expect(await read('a\nb', { fromLine: 2, toLine: 1 })).toEqual({ text: '', lines: 2, bytes: 3 });
    expect(await read('', { fromByte: 3 })).toEqual({ text: '', lines: 0, bytes: 0 });
  });
});
