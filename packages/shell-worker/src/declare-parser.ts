/** Reads what `declare -p`, `export -p`, `typeset -p`, `alias -p` print: one entry a variable, values may span lines. */
import { unquote } from './shell-quote.ts';

export interface Declaration {
  name: string;
  /** Attribute letters: `x` exported, `r` readonly, `a` array, `A` associative, `i` integer, `n` nameref. */
  attributes: string;
  /** As printed, still quoted; absent where the variable is declared but has no value. */
  quoted?: string;
}

const head = /(?:declare|export|typeset|readonly|alias)((?: -{1,2}[A-Za-z-]*)*) ?([^\s=]+)(=?)/y;

/** Entries in the order they are printed. What can not be read is skipped up to the next line. */
export const parseDeclarations = (text: string): Declaration[] => {
  const found: Declaration[] = [];
  let at = 0;
  while (at < text.length) {
    head.lastIndex = at;
    const match = head.exec(text);
    if (match) {
      const attributes = (match[1] ?? '').replaceAll(/[ -]/g, '');
      const name = match[2] ?? '';
      if (match[3]) {
        const end = endOfWord(text, head.lastIndex);
        found.push({ name, attributes, quoted: text.slice(head.lastIndex, end) });
        at = end;
      } else {
        found.push({ name, attributes });
        at = head.lastIndex;
      }
    }
    const newline = text.indexOf('\n', at);
    at = newline === -1 ? text.length : newline + 1;
  }
  return found;
};

/** The value of a scalar declaration. */
export const scalarOf = ({ quoted }: Declaration): string => unquote(quoted ?? '');

/** Where the word that begins at `start` ends: the first newline or space outside quotes and parentheses. */
const endOfWord = (text: string, start: number): number => {
  let at = start;
  let depth = 0;
  while (at < text.length) {
    const char = text[at];
    if (char === "'") {
      const end = text.indexOf("'", at + 1);
      at = end === -1 ? text.length : end + 1;
    } else if (char === '"' || (char === '$' && text[at + 1] === "'")) {
      const close = char === '"' ? '"' : "'";
      at += char === '"' ? 1 : 2;
      while (at < text.length && text[at] !== close) at += text[at] === '\\' ? 2 : 1;
      at += 1;
    } else if (char === '\\') at += 2;
    else if (char === '\n' && depth === 0) return at;
    else {
      if (char === '(') depth += 1;
      if (char === ')') depth -= 1;
      at += 1;
    }
  }
  return Math.min(at, text.length);
};
