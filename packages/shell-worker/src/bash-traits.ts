/**
 * What a command's text tells about the care it needs. Words are looked for anywhere, in quotes and comments
 * too: to be careful without need costs a fraction of a millisecond, to be careless can cost the state.
 */
export interface CommandTraits {
  /** Any of the below: the command is not run by the fast loop. */
  careful: boolean;
  /** May set traps, itself or through what it sources or evaluates. */
  trap: boolean;
  /** May leave descriptors 0 to 2 changed. */
  exec: boolean;
  /** May define functions: their text is to be looked at as well. */
  functions: boolean;
  /** Runs text that is not here to be read: a file, or what it computes. */
  indirect: boolean;
  /** May replace or kill the shell's process: state is saved first. */
  risky: boolean;
  /** May disable builtins that the kernel stands on. */
  enable: boolean;
  /** May turn tracing on or off. */
  trace: boolean;
  /** May turn execution off (`set -n`): only a syntax error ends the shell then. */
  noexec: boolean;
  /** May lower the number of descriptors, of which the kernel needs more than a few. */
  limits: boolean;
  pipeStatus: boolean;
  underscore: boolean;
  /** Trace descriptors (`BASH_XTRACEFD=7`). */
  traceFds: number[];
}

const carefulWords = new RegExp(
  [
    /\b(?:trap|set|shopt|source|eval|exec|compgen|break|continue|builtin|enable|ulimit|kill|alias|PIPESTATUS|BASH_XTRACEFD)\b/,
    // Lists of all variables, in which the kernel's own would show.
    /\b(?:declare|typeset|readonly)\s*(?:-\w+\s*)*(?:$|[|;&)\n>])/,
    /\$_\b|\$\{_\b/,
    /(?:^|[\s;&|({])\.\s/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

export const readTraits = (code: string): CommandTraits => {
  const careful = carefulWords.test(code);
  if (!careful) return plainTraits;
  const indirect = /\b(?:source|eval)\b|(?:^|[\s;&|({])\.\s/.test(code);
  return {
    careful,
    trap: indirect || /\btrap\b/.test(code),
    exec: indirect || /\bexec\b/.test(code),
    functions: indirect || /\bfunction\b|\(\s*\)|\balias\b/.test(code),
    indirect,
    risky:
      /\bexec\s+(?!\{?\w*\}?\d*[<>&])\S/.test(code) ||
      (/\bkill\b/.test(code) && /\$\$|BASHPID|\s-?0\b|PPID/.test(code)) ||
      /\bulimit\b|\bset\b[^;&|\n]*(?:\s-[a-z]*n|noexec)/.test(code),
    limits: /\bulimit\b/.test(code),
    enable: indirect || /\benable\b/.test(code),
    trace: /\bset\b[^;&|\n]*\s[-+][a-zA-Z]*[xv]|xtrace|verbose/.test(code),
    noexec: /\bset\b[^;&|\n]*(?:\s-[a-z]*n|noexec)/.test(code),
    pipeStatus: code.includes('PIPESTATUS'),
    underscore: /\$_\b|\$\{_\b/.test(code),
    traceFds: [...code.matchAll(/BASH_XTRACEFD=["']?(\d{1,4})/g)].map((match) => Number(match[1])),
  };
};

const plainTraits: CommandTraits = {
  careful: false,
  trap: false,
  exec: false,
  functions: false,
  indirect: false,
  risky: false,
  trace: false,
  noexec: false,
  limits: false,
  enable: false,
  pipeStatus: false,
  underscore: false,
  traceFds: [],
};

/**
 * Whether a line can be put after the code without changing what it means: then `$_` and PIPESTATUS at its end
 * can be read. No here-document, nothing left open, no operator at the end.
 */
export const takesSuffix = (code: string): boolean => {
  if (code.length > 20_000 || /<<|\\$|^\s*$/.test(code)) return false;
  if (!/[\w'"`)\]}./*?$@=:%+,~-]\s*$/.test(code) || /\(\s*\)\s*$|#/.test(code)) return false;
  if (
    /(?:^|[\s;&|])(?:do|then|else|elif|if|while|until|for|case|in|select|function|time|coproc|!|\{|\[\[)\s*$/.test(
      code,
    )
  )
    return false;
  if (/(?:^|[\s;&|])(?:for|select|case|function|coproc)\s+\S+(?:\s+in\b[^;]*)?\s*$/.test(code)) return false;
  return isBalanced(code);
};

const isBalanced = (code: string): boolean => {
  const count = (pattern: RegExp): number => code.match(pattern)?.length ?? 0;
  return (
    count(/(?<!\\)'/g) % 2 === 0 &&
    count(/(?<!\\)"/g) % 2 === 0 &&
    count(/(?<!\\)`/g) % 2 === 0 &&
    count(/\(/g) === count(/\)/g) &&
    count(/\{/g) === count(/\}/g) &&
    count(/\[\[/g) === count(/\]\]/g) &&
    count(/\bdo\b/g) === count(/\bdone\b/g) &&
    count(/\bif\b/g) === count(/\bfi\b/g) &&
    count(/\bcase\b/g) === count(/\besac\b/g)
  );
};
