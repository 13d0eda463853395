/** The words behind `--` as one command. */

/**
 * One word is code and is taken as it is. Several are a program and its arguments: each stays one, as the
 * caller's own shell has split them.
 */
export const joinWords = (words: readonly string[]): string => {
  const [only] = words;
  return words.length === 1 && only !== undefined ? only : words.map(quote).join(' ');
};

const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
