/**
 * Takes secrets out of text, also where a chunk's end cuts one in two.
 *
 * Two stages: known values first, then patterns. A stream holds back what may be the beginning of a
 * value, and, while there are patterns, the line that is not over yet; what it gives, put together, is
 * what `redact` makes of the whole.
 */
import { type Secrets, spellingsOf } from './secrets.ts';

export interface Redactor {
  /** False: there is nothing to look for. */
  readonly isActive: boolean;
  redact(text: string): string;
  /** For text that was cut from a longer one: a piece of a value at a torn end goes, too. */
  redactPiece(text: string, torn: { start?: boolean; end?: boolean }): string;
  /** A copy with every text in it redacted; names of properties stay. */
  redactAll<Value>(value: Value): Value;
  /** For output that comes in chunks. One per stream of output. */
  stream(): RedactorStream;
}

export interface RedactorStream {
  /** What can be shown now; it may be less or more than was pushed. */
  push(text: string): string;
  /** What was held back. */
  end(): string;
}

/** Stands where a secret stood. */
export const redactedMark = '[redacted]';

/**
 * Values are found as they are, as JSON, in a URL, quoted for a shell and as base64; a value of several lines
 * also line by line. Patterns are matched within a line (which ends with `\n` or `\r`).
 */
export const createRedactor = ({ values = [], patterns = [] }: Partial<Secrets>): Redactor => {
  const spellings = spellingsOf(values);
  const value = anyOf(spellings);
  const expressions = patterns.map(toGlobal);
  const isActive = spellings.length > 0 || expressions.length > 0;
  const redact = (text: string): string => {
    const withoutValues = spellings.length > 0 ? text.replace(value, redactedMark) : text;
    return redactLines(withoutValues, expressions);
  };
  const redactPiece: Redactor['redactPiece'] = (text, torn) => {
    const start = torn.start ? tornStart(text, spellings) : 0;
    const end = torn.end ? tornEnd(text, spellings, start) : text.length;
    const middle = redact(text.slice(start, end));
    const withoutStart = start > 0 ? redactedMark + middle : middle;
    const whole = end < text.length ? withoutStart + redactedMark : withoutStart;
    return expressions.length > 0 ? dropTornWords(whole, torn) : whole;
  };
  const redactAll = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value);
    if (Array.isArray(value)) return value.map(redactAll);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactAll(item)]));
  };
  return {
    isActive,
    redact,
    redactPiece,
    redactAll: <Value>(value: Value): Value => (isActive ? (redactAll(value) as Value) : value),
    stream: () => {
      const stages = [
        ...(spellings.length > 0 ? [streamValues(spellings)] : []),
        ...(expressions.length > 0 ? [streamLines(expressions)] : []),
      ];
      return {
        push: (text) => stages.reduce((passed, stage) => stage.push(passed), text),
        end: () => stages.reduce((passed, stage) => stage.push(passed) + stage.end(), ''),
      };
    },
  };
};

const toGlobal = ({ source, flags }: RegExp): RegExp => new RegExp(source, `${flags.replace(/[gy]/g, '')}g`);

/** The longest at a place wins, because they stand in that order. */
const anyOf = (spellings: readonly string[]): RegExp =>
  new RegExp(spellings.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');

const redactLines = (text: string, expressions: readonly RegExp[]): string =>
  expressions.length === 0 ? text : text.replace(/[^\r\n]+/g, (line) => redactLine(line, expressions));

const redactLine = (line: string, expressions: readonly RegExp[]): string =>
  expressions.reduce(
    (rest, expression) => rest.replace(expression, (match) => (match === '' ? '' : redactedMark)),
    line,
  );

const streamValues = (spellings: readonly string[]): RedactorStream => {
  const value = anyOf(spellings);
  let held = '';
  return {
    push(text) {
      const all = held + text;
      let shown = '';
      let from = 0;
      let open = openEnd(all, from, spellings);
      for (;;) {
        if (open < from) open = openEnd(all, from, spellings);
        value.lastIndex = from;
        const match = value.exec(all);
        // From `open` on, a longer or an earlier value may still come together.
        if (!match || match.index >= open) break;
        shown += all.slice(from, match.index) + redactedMark;
        from = match.index + match[0].length;
      }
      held = all.slice(open);
      return shown + all.slice(from, open);
    },
    end() {
      const rest = held.replace(value, redactedMark);
      held = '';
      return rest;
    },
  };
};

/** The first place from which on the text may be a value's beginning, with the rest of it still to come. */
const openEnd = (text: string, from: number, spellings: readonly string[]): number => {
  const longest = spellings[0]?.length ?? 0;
  for (let index = Math.max(from, text.length - longest + 1); index < text.length; index += 1) {
    const rest = text.length - index;
    const first = text.charCodeAt(index);
    const isOpen = spellings.some(
      (value) => value.length > rest && value.charCodeAt(0) === first && text.endsWith(value.slice(0, rest)),
    );
    if (isOpen) return index;
  }
  return text.length;
};

// A line without end is not held for ever: beyond this length its front is let go.
const longLine = 1_048_576;
// What stays behind then; longer secrets than this are not expected in such a line.
const longSecret = 65_536;

const streamLines = (expressions: readonly RegExp[]): RedactorStream => {
  let held = '';
  const releaseFront = (): string => {
    const cut = cutOutsideMatches(held, held.length - longSecret, expressions);
    const front = held.slice(0, cut);
    held = held.slice(cut);
    return redactLines(front, expressions);
  };
  return {
    push(text) {
      const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
      const over = end > 0 ? held + text.slice(0, end) : '';
      held = end > 0 ? text.slice(end) : held + text;
      const shown = redactLines(over, expressions);
      return held.length > longLine ? shown + releaseFront() : shown;
    },
    end() {
      const rest = redactLines(held, expressions);
      held = '';
      return rest;
    },
  };
};

/** Moves a cut to the front of what it would tear. */
const cutOutsideMatches = (line: string, wanted: number, expressions: readonly RegExp[]): number => {
  const matches = expressions.flatMap((expression) => [...line.matchAll(expression)]);
  const torn = matches.filter(({ index, 0: { length } }) => index < wanted && index + length > wanted);
  if (torn.length === 0) return wanted;
  const front = Math.min(...torn.map(({ index }) => index));
  // One match from the very front: then it goes as a whole.
  return front === 0 ? line.length : cutOutsideMatches(line, front, expressions);
};

// Fewer characters of a value tell nothing, and are found by chance too often.
const tellingLength = 4;

/** Where the text is whole again, if it begins with the last characters of a value. */
const tornStart = (text: string, spellings: readonly string[]): number => {
  const lengths = spellings.map((value) => {
    for (let length = Math.min(value.length - 1, text.length); length >= tellingLength; length -= 1) {
      if (text.startsWith(value.slice(-length))) return length;
    }
    return 0;
  });
  return Math.max(0, ...lengths);
};

/** Where the text stops being whole, if it ends with the first characters of a value. */
const tornEnd = (text: string, spellings: readonly string[], from: number): number => {
  const end = openEnd(text, from, spellings);
  return text.length - end >= tellingLength ? end : text.length;
};

/** Nobody knows what a pattern would have made of a torn word. */
const dropTornWords = (text: string, torn: { start?: boolean; end?: boolean }): string => {
  const withoutStart = torn.start ? text.replace(/^\S+/, redactedMark) : text;
  return torn.end ? withoutStart.replace(/\S+$/, redactedMark) : withoutStart;
};
