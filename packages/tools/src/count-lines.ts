/** Lines of a text, as a person counts them. */

export const countNewlines = (text: string): number => {
  let count = 0;
  for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) count += 1;
  return count;
};

/** A last line without its newline is one, too. */
export const countLines = (text: string): number =>
  countNewlines(text) + (text === '' || text.endsWith('\n') ? 0 : 1);
