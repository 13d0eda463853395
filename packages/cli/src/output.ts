/** How the program speaks: JSON or plain words, in colour or not. */
import { styleText } from 'node:util';

export interface JsonOption {
  json?: boolean;
}

/** As asked for; otherwise by what stdout is. */
export const isJson = ({ json }: JsonOption): boolean => json ?? !process.stdout.isTTY;

export const printJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

export const printLine = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const tell = (text: string): void => {
  process.stderr.write(`holdfast: ${text}\n`);
};

type Style = Parameters<typeof styleText>[0];

/** https://no-color.org: set and not empty means none. */
export const paint = (style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string => {
  const { NO_COLOR, TERM } = process.env;
  return stream.isTTY && !NO_COLOR && TERM !== 'dumb' ? styleText(style, text) : text;
};

/** Columns as wide as their widest cell; the last one is cut where the terminal ends. */
export const table = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns?: number,
): string => {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const cut = columns === undefined ? lines : lines.map((line) => line.slice(0, columns));
  return [paint('bold', cut[0] ?? ''), ...cut.slice(1)].join('\n');
};

/** On one line, whatever it has in it. */
export const oneLine = (text: string, length = 60): string => {
  const flat = text
    .trim()
    .replaceAll(/\s*\n\s*/g, '⏎')
    .replaceAll(/\p{Cc}/gu, '·');
  return flat.length > length ? `${flat.slice(0, length - 1)}…` : flat;
};

/** `3 s ago`. */
export const ago = (time: string, now: number = Date.now()): string => {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1_000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
};
