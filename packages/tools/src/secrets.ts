/**
 * What is secret, and in which spellings. A key that a program prints as JSON, in a URL or as base64 is
 * still the key.
 */

/** Names of environment variables (their values are secret), and patterns of secrets. */
export type RedactRule = string | RegExp;

export interface Secrets {
  /** Texts that must not be seen. */
  values: string[];
  /** What must not be seen looks like this. Matched line by line. */
  patterns: RegExp[];
}

/**
 * Looks up the values of the variables that the rules name.
 *
 * @param rules - `['API_KEY', /ghp_\w{36}/]`
 * @param environments - where variables are looked up; a name may have several values, all are secret
 */
export const resolveSecrets = (
  rules: readonly RedactRule[],
  ...environments: readonly Readonly<Record<string, string | undefined>>[]
): Secrets => {
  const names = rules.filter((rule) => typeof rule === 'string');
  return {
    values: names.flatMap((name) => environments.flatMap((environment) => environment[name] ?? [])),
    patterns: rules.filter((rule) => rule instanceof RegExp),
  };
};

/** Keys of well-known services, private keys' first lines and bearer tokens, as patterns. */
export const wellKnownSecrets: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  /\bgithub_pat_[A-Za-z0-9_]{22,}\b/,
  /\bglpat-[A-Za-z0-9_-]{20,}/,
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/,
  /\bAIza[A-Za-z0-9_-]{35}/,
  /\b[rs]k_live_[A-Za-z0-9]{20,}\b/,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/,
  /(?<=\b[Bb]earer )[A-Za-z0-9._~+/-]{16,}=*/,
];

/** All spellings to look for, longest first, none twice, none empty. */
export const spellingsOf = (values: readonly string[]): string[] => {
  const spellings = new Set(
    values.flatMap((value) => [value, value.trim(), ...linesOf(value)]).flatMap(spell),
  );
  spellings.delete('');
  return [...spellings].sort((a, b) => b.length - a.length);
};

// A shorter line of a secret of several lines (a lone brace of a key in JSON) stands for nothing.
const shortestLine = 8;

const linesOf = (value: string): string[] =>
  value.includes('\n')
    ? value
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line.length >= shortestLine)
    : [];

/** As it is, and as programs print it: as JSON, as a literal of Python or JavaScript, for a shell, in a URL, as base64. */
const spell = (value: string): string[] => {
  if (value === '') return [];
  const json = JSON.stringify(value).slice(1, -1);
  const literal = json.replaceAll('\\"', '"');
  const base64 = toBase64(value);
  return [
    value,
    json,
    literal,
    literal.replaceAll("'", "\\'"),
    toAscii(json),
    toAscii(literal),
    value.replace(/["$`\\]/g, '\\$&'),
    value.replaceAll("'", "'\\''"),
    value.replace(/[^\w@%+=:,./-]/g, '\\$&'),
    encodeUri(value),
    // Shorter ones are too likely to be a piece of something else.
    ...(value.length >= shortestLine
      ? [
          base64,
          base64.replace(/=+$/, ''),
          base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
        ]
      : []),
  ];
};

/** JSON as Python writes it. */
const toAscii = (json: string): string =>
  json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const toBase64 = (value: string): string => Buffer.from(value, 'utf8').toString('base64');

/** A lone surrogate has no spelling in a URL. */
const encodeUri = (value: string): string => {
  try {
    return encodeURIComponent(value);
  } catch {
    return value;
  }
};
