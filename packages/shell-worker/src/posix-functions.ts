/**
 * Finds function definitions in shell text: dash can not list its functions, so they are remembered from the
 * commands that define them, and defined again when the shell has to be replaced.
 */

/** Name to definition, in order; a later one of the same name wins. */
export const findFunctions = (code: string): Map<string, string> => {
  const found = new Map<string, string>();
  for (const match of code.matchAll(
    /(^|[\n;&|{(]|\bthen|\bdo|\belse)[ \t]*([A-Za-z_]\w*)[ \t]*\([ \t]*\)\s*(?=[{(])/g,
  )) {
    const start = (match.index ?? 0) + (match[1]?.length ?? 0);
    const body = (match.index ?? 0) + match[0].length;
    const end = endOfGroup(code, body);
    if (end !== -1) found.set(match[2] ?? '', code.slice(start, end).trim());
  }
  return found;
};

/**
 * Index after the bracket that closes the one at `start`, quotes and comments left aside; -1 if there is none. Only
 * brackets of its kind count: the patterns of a `case` have closing ones of the other.
 */
const endOfGroup = (code: string, start: number): number => {
  const open = code[start];
  const close = open === '{' ? '}' : ')';
  let depth = 0;
  for (let at = start; at < code.length; at += 1) {
    const char = code[at];
    if (char === '\\') at += 1;
    else if (char === "'") at = code.indexOf("'", at + 1);
    else if (char === '"') {
      at += 1;
      while (at < code.length && code[at] !== '"') at += code[at] === '\\' ? 2 : 1;
    } else if (char === '#' && /\s/.test(code[at - 1] ?? '')) at = code.indexOf('\n', at);
    else if (char === open) depth += 1;
    else if (char === close) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
    if (at === -1) return -1;
  }
  return -1;
};
