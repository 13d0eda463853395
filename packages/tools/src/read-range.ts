/** A range of a text that comes in pieces, by lines or by bytes, and where to go on. */

/** Lines count from 1, both ends included; bytes from 0, the end not included. Bytes win where both are given. */
export interface ReadRange {
  fromLine?: number;
  toLine?: number;
  fromByte?: number;
  toByte?: number;
}

export interface RangeText {
  text: string;
  /** Of the whole. */
  lines: number;
  bytes: number;
  next?: { from_line: number } | { from_byte: number };
}

/** @param maxCharacters - of the text; what is beyond comes with the next call */
export const readRange = async (
  pieces: AsyncIterable<string>,
  range: ReadRange,
  maxCharacters: number,
): Promise<RangeText> => {
  const isBytes = range.fromByte !== undefined || range.toByte !== undefined;
  const reader = isBytes ? createByteReader(range) : createLineReader(range);
  let text = '';
  let isFull = false;
  let newlines = 0;
  let bytes = 0;
  let endsOpen = false;
  let startByte = 0;
  for await (const piece of pieces) {
    if (piece === '') continue;
    const part = reader.take(piece);
    if (part.text !== '' && text === '') startByte = bytes + part.offset;
    const room = isFull ? 0 : maxCharacters - text.length;
    if (part.text.length > room) isFull = true;
    text += cutAt(part.text, room);
    newlines += countNewlines(piece);
    bytes += Buffer.byteLength(piece);
    endsOpen = !piece.endsWith('\n');
  }
  const totals = { lines: newlines + (endsOpen ? 1 : 0), bytes };
  if (!isFull) return { text, ...totals };
  const wholeLines = text.slice(0, text.lastIndexOf('\n') + 1);
  if (!isBytes && wholeLines !== '') {
    const next = { from_line: (range.fromLine ?? 1) + countNewlines(wholeLines) };
    return { text: wholeLines, ...totals, next };
  }
  return { text, ...totals, next: { from_byte: startByte + Buffer.byteLength(text) } };
};

interface RangeReader {
  /** What of the next piece is in the range, and how many bytes before it in the piece are not. */
  take(piece: string): { text: string; offset: number };
}

const createLineReader = ({ fromLine = 1, toLine = Number.POSITIVE_INFINITY }: ReadRange): RangeReader => {
  let line = 1;
  return {
    take(piece) {
      let start = line >= fromLine ? 0 : piece.length;
      let end = line > toLine ? 0 : piece.length;
      for (let at = piece.indexOf('\n'); at !== -1; at = piece.indexOf('\n', at + 1)) {
        line += 1;
        if (line === fromLine) start = at + 1;
        if (line === toLine + 1) end = at + 1;
      }
      return { text: piece.slice(start, end), offset: Buffer.byteLength(piece.slice(0, start)) };
    },
  };
};

const createByteReader = ({ fromByte = 0, toByte = Number.POSITIVE_INFINITY }: ReadRange): RangeReader => {
  let before = 0;
  return {
    take(piece) {
      const bytes = Buffer.from(piece);
      // To the next beginning of a character: so neighbouring ranges meet, whatever their ends.
      const start = nextCharacter(bytes, fromByte - before);
      const end = nextCharacter(bytes, toByte - before);
      before += bytes.length;
      return { text: bytes.subarray(start, end).toString(), offset: start };
    },
  };
};

const nextCharacter = (bytes: Buffer, wanted: number): number => {
  let index = Math.min(Math.max(0, wanted), bytes.length);
  while (index < bytes.length && ((bytes[index] ?? 0) & 0xc0) === 0x80) index += 1;
  return index;
};

/** Never through a pair of surrogates. */
const cutAt = (text: string, length: number): string => {
  const code = length > 0 && length < text.length ? text.charCodeAt(length - 1) : 0;
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? length - 1 : length);
};

const countNewlines = (text: string): number => {
  let count = 0;
  for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) count += 1;
  return count;
};
