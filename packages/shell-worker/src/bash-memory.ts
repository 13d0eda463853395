/** Keeps what a bash kernel must not: the driver is the kernel's memory between commands. */
import { smallestLimit } from './bash-lines.ts';
import { unquote } from './shell-quote.ts';

/** Where descriptors 0 to 2 point: `=` where the kernel puts them, `1`/`2` at the other output pipe, `x` elsewhere. */
export interface Descriptors {
  stdin: string;
  stdout: string;
  stderr: string;
}

export interface BashMemory {
  /** `$?` for the next command. */
  status: number;
  /** `$_`, where it is known. */
  underscore: string | undefined;
  /** PIPESTATUS, where it is known and has more than one element. */
  pipeStatus: string[];
  /** `$-` as the user has it. */
  options: string;
  descriptors: Descriptors;
  /** Traps by name, quoted as `trap -p` prints them; the kernel's own are not among them. */
  traps: Map<string, string>;
  /** The user's exit trap, as text. */
  exitTrap: string | undefined;
  /** Words that functions or aliases contain: `t` trap, `e` exec, `s` set or shopt, `n` enable. */
  functionWords: string;
  /** Text of functions named like the builtins the kernel stands on; put aside between commands. */
  hijackers: string;
  /** Positional parameters at top level. */
  positional: string[];
  traceFds: Set<number>;
  /** Limit of descriptors, where the user set one too low for the kernel: raised while the kernel works. */
  limit: string | undefined;
  /** Builtins that the user has disabled: enabled while the kernel works. */
  disabled: string;
  /** A checkpoint was written and must be taken away after a clean end. */
  checkpointed: boolean;
}

export const createMemory = (): BashMemory => ({
  status: 0,
  underscore: undefined,
  pipeStatus: [],
  options: 'hB',
  descriptors: { stdin: '=', stdout: '=', stderr: '=' },
  traps: new Map(),
  exitTrap: undefined,
  functionWords: '',
  hijackers: '',
  positional: [],
  traceFds: new Set(),
  limit: undefined,
  disabled: '',
  checkpointed: false,
});

/** What every command's end tells. @returns its status */
export const rememberEnd = (
  memory: BashMemory,
  options: string,
  status: string,
  underscore: string,
  pipeStatus: string[],
): number => {
  memory.options = options;
  memory.underscore = underscore === '' ? undefined : underscore.slice(1);
  // With the command's last line went its status: the fields after are that status and PIPESTATUS.
  memory.status = Number(pipeStatus[0] ?? status) & 255;
  memory.pipeStatus = pipeStatus.length > 2 ? pipeStatus.slice(1) : [];
  return memory.status;
};

export const rememberDescriptors = (memory: BashMemory, letters: string): void => {
  const [stdin = '-', stdout = '=', stderr = '='] = letters;
  const known = (letter: string, before: string): string => (letter === '-' ? before : letter);
  const { descriptors } = memory;
  memory.descriptors = {
    stdin: known(stdin, descriptors.stdin),
    stdout: known(stdout, descriptors.stdout),
    stderr: known(stderr, descriptors.stderr),
  };
};

export const rememberLimit = (memory: BashMemory, text: string): void => {
  memory.limit = text !== '' && Number(text) < smallestLimit ? text : undefined;
};

/** @param text - what `enable -n` prints */
export const rememberDisabled = (memory: BashMemory, text: string): void => {
  memory.disabled = [...text.matchAll(/^enable -n (\S+)$/gm)].map(([, name]) => name).join(' ');
};

/** Options that the user has, but that are off while the kernel's own commands run. */
export const parkedOptions = (options: string): string =>
  [...options].filter((flag) => 'xvaT'.includes(flag)).join('');

/** Aliases are parked too (`A` is the kernel's letter for them). */
export const hasAliases = (options: string): boolean => options.includes('A');

/** Traps that would fire for the kernel's own commands. */
export const parkedTraps: readonly string[] = ['DEBUG', 'ERR', 'RETURN'];

/** Whether the fast loop can run commands: nothing is on that it would disturb or be disturbed by. */
export const isPlain = ({
  options,
  hijackers,
  descriptors,
  traps,
  functionWords,
  disabled,
}: BashMemory): boolean =>
  parkedOptions(options) === '' &&
  !hasAliases(options) &&
  hijackers === '' &&
  descriptors.stdin === '=' &&
  descriptors.stdout === '=' &&
  descriptors.stderr === '=' &&
  functionWords === '' &&
  disabled === '' &&
  !parkedTraps.some((name) => traps.has(name));

/** Reads `trap -p`, leaving out what is the kernel's own. */
export const readTraps = (text: string): Pick<BashMemory, 'traps' | 'exitTrap'> => {
  const traps = new Map<string, string>();
  let exitTrap: string | undefined;
  const entry = /trap -- ((?:'[^']*'|\\')*) (\S+)/g;
  for (const [, quoted = '', name = ''] of text.matchAll(entry)) {
    if (quoted.startsWith("'{ __holdfast_e=") || quoted === "': __holdfast_none'") continue;
    if (name === 'EXIT') exitTrap = readExitTrap(unquote(quoted));
    else traps.set(name, quoted);
  }
  return { traps, exitTrap };
};

/** The user's exit trap is a variable in the kernel's; one that is not ours at all was set behind our back. */
const readExitTrap = (text: string): string | undefined => {
  if (!text.startsWith('{ __holdfast_=(')) return text;
  const start = text.indexOf('\n__holdfast_x=');
  if (start === -1) return undefined;
  return unquote(text.slice(start + '\n__holdfast_x='.length, text.lastIndexOf('\n')));
};
