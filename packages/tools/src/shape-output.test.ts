import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutputShaper, shapeOutput } from './shape-output.ts';

const numbered = (count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');

describe('shapeOutput', () => {
  it('leaves alone what fits', () => {
    expect(shapeOutput('a\nb', { maxCharacters: 400 })).toEqual({
      text: 'a\nb',
      characters: 3,
      lines: 2,
      bytes: 3,
    });
    expect(shapeOutput('')).toEqual({ text: '', characters: 0, lines: 0, bytes: 0 });
  });

  it('keeps head and tail in whole lines and says what is missing', () => {
    const { text, omitted } = shapeOutput(numbered(1000), {
      maxCharacters: 400,
      howToRead: ({ fromLine, toLine }) => `Read ${fromLine}-${toLine}.`,
    });
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.startsWith('[…'));
    expect(lines.slice(0, 2)).toEqual(['line 1', 'line 2']);
    expect(lines.slice(-2)).toEqual(['line 1000', '']);
    expect(omitted?.fromLine).toBe(at + 1);
    expect(lines[at]).toBe(
      `[… ${omitted?.characters} characters left out: lines ${omitted?.fromLine} to ${omitted?.toLine} of 1000. Read ${omitted?.fromLine}-${omitted?.toLine}.]`,
    );
    expect(lines[at + 1]).toBe(`line ${(omitted?.toLine ?? 0) + 1}`);
  });

  it('one long line is cut where it must be', () => {
    const { text, omitted } = shapeOutput('x'.repeat(10_000), { maxCharacters: 400 });
    expect(text).toMatch(/^x+\n\[… \d+ characters left out: in line 1 of 1\.\]\nx+$/);
    expect(omitted).toMatchObject({ fromLine: 1, toLine: 1 });
  });

  it('nothing is lost: head, what is named as left out, and tail are the whole', () => {
    const unit = fc.oneof(fc.constantFrom('\n', 'a', 'é', '😀', ' '), fc.constant('word '.repeat(20)));
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 200 }),
        fc.integer({ min: 400, max: 1_000 }),
        (units, maxCharacters) => {
          const whole = units.join('');
          const marks: string[] = [];
          const { text, omitted, ...totals } = shapeOutput(whole, {
            maxCharacters,
            howToRead: (range) => {
              marks.push(JSON.stringify(range));
              return 'HOW';
            },
          });
          const bytes = Buffer.from(whole);
          const lines = whole.match(/[^\n]*\n|[^\n]+$/g) ?? [];
          expect(totals).toEqual({ characters: whole.length, lines: lines.length, bytes: bytes.length });
          expect(text.length).toBeLessThanOrEqual(maxCharacters);
          // No torn character.
          expect(Buffer.from(text).toString()).toBe(text);
          if (!omitted) {
            expect(text).toBe(whole);
            return;
          }
          const head = bytes.subarray(0, omitted.fromByte).toString();
          const tail = bytes.subarray(omitted.toByte).toString();
          const middle = bytes.subarray(omitted.fromByte, omitted.toByte).toString();
          expect(head + middle + tail).toBe(whole);
          expect(middle.length).toBe(omitted.characters);
          expect(text.startsWith(head)).toBe(true);
          expect(text.endsWith(`HOW]\n${tail}`)).toBe(true);
          expect(lines.slice(omitted.fromLine - 1, omitted.toLine).join('')).toContain(middle);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('chunks make no difference, and a smaller shape may be asked for later', () => {
    const text = fc.string({ unit: fc.constantFrom('\n', 'a', 'é', '😀'), maxLength: 3_000 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 20 }), (whole, cuts) => {
        const units = [...whole];
        const places = [
          0,
          ...cuts.map((cut) => cut % (units.length + 1)).sort((a, b) => a - b),
          units.length,
        ];
        const shaper = createOutputShaper(800);
        for (const [index, end] of places.slice(1).entries()) {
          shaper.push(units.slice(places[index], end).join(''));
        }
        expect(shaper.characters).toBe(whole.length);
        expect(shaper.shape()).toEqual(shapeOutput(whole, { maxCharacters: 800 }));
        expect(shaper.shape({ maxCharacters: 400 })).toEqual(shapeOutput(whole, { maxCharacters: 400 }));
      }),
    );
  });
});
