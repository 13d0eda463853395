/**
 * Fits an output into a model's context: head and tail, and between them what was left out and how to
 * read it. Works on streams, so that a file of a gigabyte costs no more memory than its shape.
 */
import { countLines, countNewlines } from './count-lines.ts';

/** What was left out. Lines count from 1, both ends included; bytes (of UTF-8) from 0, the end not included. */
export interface OmittedRange {
  characters: number;
  fromLine: number;
  toLine: number;
  fromByte: number;
  toByte: number;
}

export interface ShapedOutput {
  text: string;
  /** Of the whole. */
  characters: number;
  lines: number;
  bytes: number;
  /** Absent: the text is whole. */
  omitted?: OmittedRange;
}

export interface ShapeOptions {
  /** Length of the shaped text at most, words about the omission included. Default 30,000; at least 400 make sense. */
  maxCharacters?: number;
  /** A sentence that tells how to read what was left out. Default: none. */
  howToRead?: (omitted: OmittedRange) => string;
}

export const defaultMaxCharacters = 30_000;

/** Head and tail of a text that is too long. */
export const shapeOutput = (text: string, options: ShapeOptions = {}): ShapedOutput => {
  const shaper = createOutputShaper(options.maxCharacters);
  shaper.push(text);
  return shaper.shape(options);
};

export interface OutputShaper {
  push(text: string): void;
  /** Characters so far. */
  readonly characters: number;
  /** May be asked several times, with no more than the capacity. */
  shape(options?: ShapeOptions): ShapedOutput;
}

/** @param capacity - the largest `maxCharacters` it will be asked to shape for */
export const createOutputShaper = (capacity = defaultMaxCharacters): OutputShaper => {
  let head = '';
  let tail = '';
  let characters = 0;
  let newlines = 0;
  let bytes = 0;
  let endsOpen = false;
  return {
    get characters() {
      return characters;
    },
    push(text) {
      if (text === '') return;
      if (head.length < capacity) head += text.slice(0, capacity - head.length);
      tail += text.length > capacity ? text.slice(-capacity) : text;
      // Twice the room, so that many small pieces do not cost a copy each.
      if (tail.length > 2 * capacity) tail = tail.slice(-capacity);
      characters += text.length;
      newlines += countNewlines(text);
      bytes += Buffer.byteLength(text);
      endsOpen = !text.endsWith('\n');
    },
    shape({ maxCharacters = capacity, howToRead = () => '' } = {}) {
      const budget = Math.min(maxCharacters, capacity);
      const lines = newlines + (endsOpen ? 1 : 0);
      const totals = { characters, lines, bytes };
      if (characters <= budget) return { text: head, ...totals };
      const longest = { characters, fromLine: lines, fromByte: bytes, toByte: bytes };
      // Words differ with the range: within one line, or over several.
      const words = [lines, lines + 1].map((toLine) => describe({ ...longest, toLine }, totals, howToRead));
      const room = Math.max(0, budget - Math.max(...words.map(({ length }) => length)) - 2);
      const start = headOf(head, Math.floor(room / 2));
      const end = tailOf(tail, Math.ceil(room / 2));
      const omitted: OmittedRange = {
        characters: characters - start.length - end.length,
        fromLine: countNewlines(start) + 1,
        toLine: Math.min(lines, lines - countLines(end) + (beginsMidLine(tail, end) ? 1 : 0)),
        fromByte: Buffer.byteLength(start),
        toByte: bytes - Buffer.byteLength(end),
      };
      const gap = start === '' || start.endsWith('\n') ? '' : '\n';
      return { text: `${start}${gap}${describe(omitted, totals, howToRead)}\n${end}`, ...totals, omitted };
    },
  };
};

const describe = (
  omitted: OmittedRange,
  { lines }: { lines: number },
  howToRead: (omitted: OmittedRange) => string,
): string => {
  const { characters, fromLine, toLine } = omitted;
  const where = fromLine === toLine ? `in line ${fromLine}` : `lines ${fromLine} to ${toLine}`;
  const how = howToRead(omitted);
  return `[… ${characters} characters left out: ${where} of ${lines}.${how === '' ? '' : ` ${how}`}]`;
};

/** At most so many characters from the front, whole lines where that costs no more than a quarter. */
const headOf = (text: string, length: number): string => {
  const cut = isHighSurrogate(text.charCodeAt(length - 1)) ? length - 1 : length;
  const newline = text.lastIndexOf('\n', cut - 1) + 1;
  return text.slice(0, cut > 0 && newline >= cut * 0.75 ? newline : cut);
};

const tailOf = (text: string, length: number): string => {
  const start = text.length - length;
  const cut = isLowSurrogate(text.charCodeAt(start)) ? start + 1 : start;
  const newline = text.indexOf('\n', cut - 1) + 1;
  return text.slice(newline > 0 && newline - cut <= length * 0.25 ? newline : cut);
};

const beginsMidLine = (tail: string, end: string): boolean => {
  const before = tail.length - end.length - 1;
  return before >= 0 && tail[before] !== '\n';
};

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
