/** Text as one word of shell code, the same in bash, dash and zsh. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The words of one quoted list, as `trap -p` and `declare -p` write them: '…', "…", $'…', and bare text. */
export const unquote = (text: string): string => {
  let out = '';
  let at = 0;
  while (at < text.length) {
    const char = text[at];
    if (char === "'") {
      const end = text.indexOf("'", at + 1);
      out += text.slice(at + 1, end === -1 ? text.length : end);
      at = end === -1 ? text.length : end + 1;
    } else if (char === '"') {
      const part = readDoubleQuoted(text, at + 1);
      out += part.value;
      at = part.next;
    } else if (char === '$' && text[at + 1] === "'") {
      const part = readAnsiC(text, at + 2);
      out += part.value;
      at = part.next;
    } else if (char === '\\') {
      out += text[at + 1] ?? '';
      at += 2;
    } else {
      out += char;
      at += 1;
    }
  }
  return out;
};

interface Part {
  value: string;
  next: number;
}

const readDoubleQuoted = (text: string, start: number): Part => {
  let value = '';
  let at = start;
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\' && /[$`"\\!]/.test(text[at + 1] ?? '')) at += 1;
    value += text[at];
    at += 1;
  }
  return { value, next: at + 1 };
};

const escapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** `$'…'`: octal escapes are bytes, so that text in any encoding is put together as UTF-8 at the end. */
const readAnsiC = (text: string, start: number): Part => {
  const pieces: Buffer[] = [];
  let at = start;
  while (at < text.length && text[at] !== "'") {
    if (text[at] !== '\\') {
      const from = at;
      while (at < text.length && text[at] !== "'" && text[at] !== '\\') at += 1;
      pieces.push(Buffer.from(text.slice(from, at)));
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4));
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(at + 1, at + 4));
    const unicode = /^(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/.exec(text.slice(at + 1, at + 10));
    if (octal) {
      pieces.push(Buffer.from([Number.parseInt(octal[0], 8) & 255]));
      at += 1 + octal[0].length;
    } else if (hex) {
      pieces.push(Buffer.from([Number.parseInt(hex[1] ?? '0', 16)]));
      at += 1 + hex[0].length;
    } else if (unicode) {
      pieces.push(Buffer.from(String.fromCodePoint(Number.parseInt(unicode[1] ?? unicode[2] ?? '0', 16))));
      at += 1 + unicode[0].length;
    } else {
      const next = text[at + 1] ?? '';
      pieces.push(Buffer.from(escapes[next] ?? next));
      at += 2;
    }
  }
  return { value: Buffer.concat(pieces).toString('utf8'), next: at + 1 };
};
