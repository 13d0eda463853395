/** The shell text of dash and zsh kernels: one loop that reads a number of lines and evaluates them. */
import type { RunRequest } from '@holdfast/protocol';
import { quote } from './shell-quote.ts';

/** What differs between the two. */
export interface PosixDialect {
  /** $0, and the start of error messages. */
  name: string;
  /** Evaluates text without ending the shell where the text is wrong. */
  evaluate: string;
  /** Changes the directory, whatever the user has made of `cd`. */
  cd: string;
  /** Prints a script that brings the state back: scripts beside bash's. */
  saveScript: string;
  describeScript: string;
  /** Prints exported variables as declarations, one value each. */
  listExported: string;
  /** Functions can be listed, so that they survive an exit. */
  listsFunctions: boolean;
}

export const dash: PosixDialect = {
  name: 'sh',
  evaluate: 'command eval',
  cd: 'command cd --',
  saveScript: 'save.dash',
  describeScript: 'describe.dash',
  listExported: 'export -p',
  listsFunctions: false,
};

export const zsh: PosixDialect = {
  name: 'zsh',
  evaluate: 'builtin eval',
  cd: 'builtin cd --',
  saveScript: 'save.zsh',
  describeScript: 'describe.zsh',
  // `export -p` shows PATH as an array that it is tied to.
  listExported:
    'builtin zmodload zsh/parameter;for __holdfast_i in ${(k)parameters[(R)*export*]};do builtin print -r -- "export $__holdfast_i=${(qq)${(P)__holdfast_i}}";done',
  listsFunctions: true,
};

export interface PosixPaths {
  controlIn: string;
  controlOut: string;
  scratchDir: string;
  kernelDir: string;
  program: string;
}

/** Signals that end a shell without its exit trap: with a trap of their own they come by it. */
const endingSignals: readonly [string, number][] = [
  ['HUP', 129],
  ['INT', 130],
  ['TERM', 143],
  ['XCPU', 152],
];

/**
 * The whole kernel, given as `-c`. It has no descriptors of its own: dash knows only those below ten, and the
 * paths can be opened at any time.
 */
export const kernelText = (
  { controlIn, controlOut, scratchDir }: PosixPaths,
  dialect: PosixDialect,
): string =>
  `__holdfast_r(){ return "$1";};
trap ${quote(exitTrap(controlIn, controlOut, trapsPath(scratchDir, dialect), dialect))} EXIT
${endingSignals.map(([name, code]) => `trap 'exit ${code}' ${name}`).join(';')}
exec </dev/null
printf '%s\\0' h "$$" . >${controlOut}
while :;do ${readMessage(controlIn)};${dialect.evaluate} "$__holdfast_c";done`;

/** Not a function: zsh that is ended by a signal in one can not save its state any more. */
const readMessage = (controlIn: string): string =>
  `IFS= read -r __holdfast_n <${controlIn}||kill -9 0;__holdfast_c=;__holdfast_k=$__holdfast_n;` +
  `while [ "$__holdfast_k" -gt 0 ];do IFS= read -r __holdfast_i <${controlIn}||kill -9 0;` +
  `__holdfast_c="$__holdfast_c$__holdfast_i\n";__holdfast_k=$((__holdfast_k-1));done`;

/** Where the shell lists its traps. */
export const trapsPath = (scratchDir: string, { name }: PosixDialect): string =>
  `${scratchDir}/traps-${name}`;

/** The line before the answer to a shell that exits. */
const mark = '\x02__holdfast_mark';

/**
 * Tells of the exit, deaf to further signals, and evaluates the answer. `$?` is read before anything else. What was
 * sent before the answer is for the shell that ends, and is dropped: a command that was on its way, or read
 * (__holdfast_n) but not begun, never did (__holdfast_q).
 */
const exitTrap = (controlIn: string, controlOut: string, traps: string, { evaluate }: PosixDialect): string =>
  `{ __holdfast_s=$?;__holdfast_o=$-;set +xveu;\\trap >|${traps};\\trap '' INT TERM HUP;} 2>/dev/null;` +
  `[ -p ${controlOut} ]||kill -9 0;` +
  // A signal may have come in the middle of an answer: `!` ends what was begun.
  `printf "%s\\0" "" ! . x "$__holdfast_o" "$__holdfast_s" "\${__holdfast_x+:$__holdfast_x}" . >${controlOut}||kill -9 0;` +
  `__holdfast_q=\${__holdfast_n-};while :;do IFS= read -r __holdfast_i <${controlIn}||kill -9 0;` +
  `case $__holdfast_i in ${mark})break;;esac;__holdfast_q=1;done;` +
  `${readMessage(controlIn)};${evaluate} "$__holdfast_c"`;

/**
 * Text that lets go of the command's pipes and leaves three letters in __holdfast_g, as for bash (fds.bash). They are
 * there already where a signal has ended the shell after this was asked: nothing is left to be seen of it then.
 */
export const letGo = ({ stdin, stdout, stderr }: Pick<RunRequest, 'stdin' | 'stdout' | 'stderr'>): string =>
  'case ${__holdfast_g-} in "")' +
  `__holdfast_d=-;${stdin === undefined ? '' : `if [ /dev/fd/0 -ef ${stdin} ];then __holdfast_d==;else __holdfast_d=x;fi;`}` +
  `if [ /dev/fd/1 -ef ${stdout} ];then __holdfast_d=$__holdfast_d=;elif [ /dev/fd/1 -ef ${stderr} ];then __holdfast_d=\${__holdfast_d}2;else __holdfast_d=\${__holdfast_d}x;fi;` +
  `if [ /dev/fd/2 -ef ${stderr} ];then __holdfast_d=$__holdfast_d=;elif [ /dev/fd/2 -ef ${stdout} ];then __holdfast_d=\${__holdfast_d}1;else __holdfast_d=\${__holdfast_d}x;fi;` +
  '__holdfast_g=$__holdfast_d;;esac;' +
  'case $__holdfast_g in "="*)exec </dev/null;;esac;case $__holdfast_g in ?x?);;*)exec >/dev/null;;esac;case $__holdfast_g in ??x);;*)exec 2>/dev/null;;esac';

/** The kernel's own traps, as they are listed. */
export const isOwnTrap = (line: string): boolean =>
  /^trap -- ("|')(?:exit 1(?:29|30|43|52)|\{ __holdfast_s=)/.test(line);

/**
 * Stands in for `trap` by an alias while a command may set traps: the exit trap is the kernel's lifeline, and
 * the user's own is kept in a variable. In a subshell it is the builtin.
 */
export const trapShim = (traps: string): string =>
  `__holdfast_trap(){ case "\${1-}" in --)shift;;esac
read -r __holdfast_p __holdfast_i </proc/self/stat
if [ $# -eq 0 ]||[ "$1" = -p ];then \\trap >|${traps};if [ -n "\${__holdfast_x+x}" ];then __holdfast_q trap -- "$__holdfast_x" EXIT;fi
while IFS= read -r __holdfast_i;do case $__holdfast_i in "trap -- 'exit 129'"*|"trap -- 'exit 130'"*|"trap -- 'exit 143'"*|"trap -- 'exit 152'"*|*__holdfast_*);;*)printf '%s\\n' "$__holdfast_i";;esac;done <${traps};return;fi
if [ "$__holdfast_p" != "$$" ];then \\trap "$@";return;fi
case $# in 1)set -- - "$1";;esac
__holdfast_a=$1;shift
for __holdfast_i;do case $__holdfast_i:$__holdfast_a in
EXIT:-|0:-)unset __holdfast_x;;EXIT:*|0:*)__holdfast_x=$__holdfast_a;;
${endingSignals.map(([name, code]) => `${name}:-)\\trap 'exit ${code}' ${name};;`).join('')}
*)\\trap -- "$__holdfast_a" "$__holdfast_i";;esac;done;}
__holdfast_q(){ __holdfast_d=;for __holdfast_i;do __holdfast_o=;while :;do case $__holdfast_i in *\\'*)__holdfast_o="$__holdfast_o\${__holdfast_i%%\\'*}'\\\\''";__holdfast_i=\${__holdfast_i#*\\'};;*)break;;esac;done
case $__holdfast_o$__holdfast_i in trap|--|EXIT)printf '%s' "$__holdfast_d$__holdfast_o$__holdfast_i";;*)printf '%s' "$__holdfast_d'$__holdfast_o$__holdfast_i'";;esac;__holdfast_d=' ';done;printf '\\n';}
`;

/** An answer to a shell that exits, as a message. */
export const toAnswer = (message: string): string => `${mark}\n${message}`;

/** A message to the shell: how many lines, and the lines. Long ones come as a file. */
export const toLines = (text: string, writeFile: (text: string) => string): string => {
  if (text.length <= 3_000) return `${text.split('\n').length}\n${text}\n`;
  const path = writeFile(text);
  return `1\n. ${quote(path)}\n`;
};
