/** Text of commands and their output, made fit to be shown in one line. */
import { stripVTControlCharacters } from 'node:util';

/** The last line that says something, without what would move the cursor or change its colour. */
export const lastLine = (text: string): string => {
  // A long output is cut first: only its end can hold the last line.
  const lines = tidy(text.slice(-4_096)).split('\n');
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? '';
};

/** Code in one line: its first line, and a sign that there is more. */
export const firstLine = (code: string): string => {
  const [first = '', ...rest] = tidy(code).trim().split('\n');
  return rest.length > 0 ? `${first} …` : first;
};

const prompts = { bash: '$', python: '>>>', node: '>' } as const;

/** How a command of that language would be typed. */
export const promptOf = (language: keyof typeof prompts): string => prompts[language];

/** Milliseconds as `4.2 s`. */
export const seconds = (milliseconds: number, digits = 1): string =>
  `${(milliseconds / 1_000).toFixed(digits)} s`;

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const tidy = (text: string): string =>
  stripVTControlCharacters(text.replaceAll('\r\n', '\n').replaceAll('\t', ' '))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '');
