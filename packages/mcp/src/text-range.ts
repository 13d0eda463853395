/** Cuts lines or bytes out of a text, numbered as in the whole. */
import { countLines, countNewlines } from '@holdfast/tools';
import { ToolError } from './tool-error.ts';

export interface RangeRequest {
  from_line?: number;
  to_line?: number;
  from_byte?: number;
  to_byte?: number;
}

/** What the text is a part of: the lines and bytes before it are gone. */
export interface Numbering {
  droppedLines: number;
  droppedBytes: number;
}

export interface TextRange {
  text: string;
  /** First line of `text`, and the last; counted from 1. */
  fromLine: number;
  toLine: number;
  totalLines: number;
  totalBytes: number;
}

/**
 * Lines count from 1, both ends included; bytes from 0, the end not included, cut on character boundaries.
 *
 * @throws INVALID_RANGE where lines and bytes are mixed, or a range ends before it begins
 */
export const cutRange = (text: string, request: RangeRequest, numbering: Numbering): TextRange => {
  checkRange(request);
  const totals = {
    totalLines: numbering.droppedLines + countLines(text),
    totalBytes: numbering.droppedBytes + Buffer.byteLength(text),
  };
  const isBytes = request.from_byte !== undefined || request.to_byte !== undefined;
  return {
    ...(isBytes ? cutBytes(text, request, numbering) : cutLines(text, request, numbering)),
    ...totals,
  };
};

const checkRange = ({ from_line, to_line, from_byte, to_byte }: RangeRequest): void => {
  const hasLines = from_line !== undefined || to_line !== undefined;
  const hasBytes = from_byte !== undefined || to_byte !== undefined;
  if (hasLines && hasBytes) throw new ToolError('INVALID_RANGE', 'Give lines or bytes, not both.');
  if ((to_line ?? Infinity) < (from_line ?? 1) || (to_byte ?? Infinity) < (from_byte ?? 0)) {
    throw new ToolError('INVALID_RANGE', 'The range ends before it begins.');
  }
};

const cutLines = (
  text: string,
  { from_line = 1, to_line = Infinity }: RangeRequest,
  { droppedLines }: Numbering,
): Omit<TextRange, 'totalLines' | 'totalBytes'> => {
  const first = Math.max(from_line - droppedLines, 1);
  const last = to_line - droppedLines;
  const start = lineStart(text, first);
  const end = last < first ? start : lineStart(text, last + 1);
  return placed(text, start, end, droppedLines);
};

const cutBytes = (
  text: string,
  { from_byte = 0, to_byte = Infinity }: RangeRequest,
  { droppedLines, droppedBytes }: Numbering,
): Omit<TextRange, 'totalLines' | 'totalBytes'> => {
  const bytes = Buffer.from(text);
  const start = boundary(bytes, from_byte - droppedBytes);
  const end = Math.max(start, boundary(bytes, to_byte - droppedBytes));
  const before = bytes.subarray(0, start).toString().length;
  return placed(text, before, before + bytes.subarray(start, end).toString().length, droppedLines);
};

const placed = (
  text: string,
  start: number,
  end: number,
  droppedLines: number,
): Omit<TextRange, 'totalLines' | 'totalBytes'> => {
  const cut = text.slice(start, end);
  const fromLine = droppedLines + countNewlines(text.slice(0, start)) + 1;
  return { text: cut, fromLine, toLine: fromLine + Math.max(0, countLines(cut) - 1) };
};

/** Where a line begins; the text's end, if it has no such line. */
const lineStart = (text: string, line: number): number => {
  let start = 0;
  for (let number = 1; number < line; number += 1) {
    const newline = text.indexOf('\n', start);
    if (newline === -1) return text.length;
    start = newline + 1;
  }
  return start;
};

/** The next place that is not within a character. */
const boundary = (bytes: Buffer, wanted: number): number => {
  let place = Math.min(Math.max(wanted, 0), bytes.length);
  while (place < bytes.length && ((bytes[place] ?? 0) & 0xc0) === 0x80) place += 1;
  return place;
};
