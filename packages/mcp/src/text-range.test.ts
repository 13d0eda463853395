import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutRange } from './text-range.ts';

const whole = { droppedLines: 0, droppedBytes: 0 };

describe('cutRange', () => {
  it('cuts lines, both ends included', () => {
    expect(cutRange('a\nb\nc\n', { from_line: 2, to_line: 3 }, whole)).toEqual({
      text: 'b\nc\n',
      fromLine: 2,
      toLine: 3,
      totalLines: 3,
      totalBytes: 6,
    });
    expect(cutRange('a\nb', {}, whole)).toMatchObject({
      text: 'a\nb',
      fromLine: 1,
      toLine: 2,
      totalLines: 2,
    });
    expect(cutRange('a\nb', { from_line: 9 }, whole)).toMatchObject({ text: '', totalLines: 2 });
    expect(cutRange('', {}, whole)).toEqual({
      text: '',
      fromLine: 1,
      toLine: 1,
      totalLines: 0,
      totalBytes: 0,
    });
  });

  it('cuts bytes on character boundaries', () => {
    expect(cutRange('aé\nb', { from_byte: 1, to_byte: 3 }, whole)).toMatchObject({
      text: 'é',
      fromLine: 1,
      toLine: 1,
    });
    expect(cutRange('aé\nb', { from_byte: 2 }, whole)).toMatchObject({ text: '\nb', fromLine: 1, toLine: 2 });
    expect(cutRange('aé\nb', { to_byte: 2 }, whole)).toMatchObject({ text: 'aé' });
  });

  it('numbers as in the whole, where the beginning is gone', () => {
    const part = { droppedLines: 10, droppedBytes: 100 };
    expect(cutRange('k\nl\n', { from_line: 12 }, part)).toEqual({
      text: 'l\n',
      fromLine: 12,
      toLine: 12,
      totalLines: 12,
      totalBytes: 104,
    });
    expect(cutRange('k\nl\n', { from_line: 3, to_line: 5 }, part)).toMatchObject({ text: '' });
    expect(cutRange('k\nl\n', { from_line: 3, to_line: 11 }, part)).toMatchObject({
      text: 'k\n',
      fromLine: 11,
    });
    expect(cutRange('k\nl\n', { from_byte: 50, to_byte: 101 }, part)).toMatchObject({ text: 'k' });
  });

  it('refuses what is no range', () => {
    const code = 'INVALID_RANGE';
    expect(() => cutRange('', { from_line: 1, from_byte: 0 }, whole)).toThrow(
      expect.objectContaining({ code }),
    );
    expect(() => cutRange('', { from_line: 3, to_line: 2 }, whole)).toThrow(
      expect.objectContaining({ code }),
    );
    expect(() => cutRange('', { from_byte: 3, to_byte: 2 }, whole)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('gives the whole back, piece by piece', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\n') }), fc.nat(20), (text, place) => {
        const lines = [
          cutRange(text, { to_line: place + 1 }, whole).text,
          cutRange(text, { from_line: place + 2 }, whole).text,
        ];
        expect(lines.join('')).toBe(text);
        const bytes = [
          cutRange(text, { to_byte: place }, whole).text,
          cutRange(text, { from_byte: place }, whole).text,
        ];
        expect(bytes.join('')).toBe(text);
      }),
    );
  });
});
