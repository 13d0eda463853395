/** The shell text that a bash kernel is given. All of it is one line each: bash parses a line before it runs it. */
import { quote } from './shell-quote.ts';

/** What is the same for all commands of one kernel. */
export interface KernelPaths {
  /** Pipe the kernel reads from, and the one it answers on. */
  controlIn: string;
  controlOut: string;
  scratchDir: string;
  program: string;
  /** Folder of the kernel scripts: a short link in the scratch folder. */
  kernelDir: string;
}

/** Where the shell lists its traps. */
export const trapsFile = '__holdfast_traps';

/** Where it lists the builtins that the user has disabled. */
export const disabledFile = '__holdfast_disabled';

/** Size of the block that starts each command of the fast loop. A pipe takes so few bytes as one piece. */
export const blockSize = 192;
/** Size of the answer to a shell that is about to exit. */
export const exitBlockSize = 3_072;

export const padBlock = (text: string, size: number): string | undefined =>
  text.length < size ? `${text.padEnd(size - 1)}\n` : undefined;

/** What a shell that exits is sent begins with it: all before was for the shell that ends (see exit.bash). */
export const mark = '\x02';

/** With TMOUT, `read` would give up on a slow host, and lose what it has read: then it has a limit of its own. */
export const read = 'builtin read "-r${TMOUT:+t9999}"';

/** Leaves the fast loop: the next line of the script is read, and that reads the text sent after this. */
export const leaveLoop = `${'builtin set +t;builtin break 2'.padEnd(blockSize - 1)}\n`;

/**
 * The script that bash reads is a pipe of the kernel's own, in which one line always waits. It is reached when
 * the fast loop is left on purpose, and also when something in the user's code throws the shell back to its
 * top level (`exit 1 2`, `shift x`), which nothing else would notice. See next.bash.
 */
export const nextLine = ({ kernelDir, controlIn, controlOut }: KernelPaths): string =>
  `builtin . ${kernelDir}/next.bash ${controlIn} ${controlOut};builtin eval "$__holdfast_"`;

/** The first line of a shell: nothing was thrown. */
export const firstLine = (paths: KernelPaths): string => `__holdfast_='break 2 ';${nextLine(paths)}`;

export const scriptPipe = ({ scratchDir }: KernelPaths): string => `${scratchDir}/bash`;

/** Puts lines into the script. */
export const queueLines = (paths: KernelPaths, lines: string): string =>
  `builtin printf '%s\\n' ${quote(lines)} >${scriptPipe(paths)}`;

/** Text for the waiting line: its length in eight digits, then itself. ASCII only. */
export const toMessage = (text: string): string => String(text.length).padStart(8, '0') + text;

/** A command's end: options, status, `$_` and PIPESTATUS where its last line could be added. */
const answer = `builtin printf '%s\\0' r "$-" "$__holdfast_" "\${__holdfast_[1]+:\${__holdfast_[1]:0:4096}}" "\${__holdfast_[@]:2}" .`;

/**
 * The fast loop: reads a block, which reads the command's text into __holdfast_ and opens its pipes; runs the
 * text; lets go of the pipes; answers (`r`).
 */
export const loopText = ({ controlIn, controlOut }: KernelPaths): string =>
  // A script of the driver's own has come by next.bash, as a command does that has not begun.
  'builtin unset __holdfast_q;while [[ 1 ]];do ' +
  `while ${read} -N${blockSize} -u253 __holdfast_;do ` +
  'builtin eval "$__holdfast_"&&builtin :;builtin eval "$__holdfast_";' +
  '__holdfast_=("$?" "${__holdfast_[@]:1}");' +
  'exec 1>&252 2>&252||exec >/dev/null 2>&1;' +
  `${answer} >&251||${answer} >${controlOut};` +
  'builtin unset __holdfast_;done;' +
  // No block: the host is gone, the descriptor was taken from us, or the limit for TMOUT's sake ran out.
  `if [[ -e /dev/fd/253 ]];then [[ /dev/fd/253 -ef ${controlIn} ]]||builtin kill -9 0;` +
  `else exec 253<${controlIn}||builtin exit 0;fi;` +
  'done';

/** Reads `$_`, `$?` and PIPESTATUS as the command's last line, before anything of ours changes them. */
export const suffix = '\n__holdfast_=(0 "$_" "$?" "${PIPESTATUS[@]}")';

/**
 * First thing after the user's code, before any other command of ours. Aliases are turned off (they are
 * expanded when the next line is parsed), and functions named like the two builtins that all of this stands on
 * are put aside: in posix mode, special builtins are found before functions. A signal may bring the shell here
 * twice, and what was changed already says nothing then. Letters are added to the
 * options: O posix mode, A aliases.
 */
export const takeHold = {
  first: `__holdfast_b=\${__holdfast_b-$BASHOPTS}\${__holdfast_:+};\\shopt -u "\${__holdfast_:+--}" expand_aliases`,
  second:
    '[[ -o posix && -n $__holdfast_ ]]&&__holdfast_[1]+=O;' +
    '[[ $__holdfast_b == *expand_aliases* ]]&&__holdfast_[1]+=A;' +
    'if declare -F "${__holdfast_:+--}" builtin||declare -F "${__holdfast_:+--}" exec;then ' +
    '__holdfast_f=$(unset -f declare;declare -f builtin exec)||[[ 1 ]];' +
    'POSIXLY_CORRECT=1;unset -f builtin exec;unset POSIXLY_CORRECT;fi >/dev/null',
};

/** What the kernel stands on is there while it works (`enable -n printf`); without that, it could answer nothing ever again. */
export const enableBuiltins = ({ scratchDir }: Pick<KernelPaths, 'scratchDir'>): string =>
  `builtin : __holdfast_||\\enable builtin __holdfast_;builtin enable -n >|${scratchDir}/${disabledFile};` +
  'builtin enable . alias break cd compgen continue declare eval exec exit export hash jobs kill local mapfile printf pushd ' +
  'read return set shopt source trap ulimit umask unset "${__holdfast_:+:}"||builtin printf ""||builtin kill -9 "$$"';

/**
 * The exit trap. The user's own exit trap travels in it as a variable that exists only once the trap runs.
 * `$?` has to be read before anything else, in a line without a word that could be an alias.
 */
export const exitTrapText = (
  { controlIn, controlOut, kernelDir, scratchDir }: KernelPaths,
  userTrap?: string,
): string =>
  `{ __holdfast_=("$?" "\${__holdfast_e-$-}");[[ -n \${__holdfast_o-} ]]||{ ${enableBuiltins({ scratchDir })};};${takeHold.first};} 2>/dev/null\n` +
  // A child that is signalled between its fork and its exec still has our traps. It must not answer for the shell, and
  // ends by the signal that it was sent.
  `{ [[ $BASHPID == "$$" || -z $BASHPID ]]||{ builtin trap - HUP INT TERM USR1 USR2 PIPE ALRM VTALRM XCPU;` +
  `builtin kill "-$((__holdfast_>128?__holdfast_-128:15))" "$BASHPID";builtin kill -9 "$BASHPID";};} 2>/dev/null\n` +
  `{ ${takeHold.second};builtin set +xvEeuTa "\${__holdfast_:+-}";` +
  // A second signal must not end the way out; the user's traps are written down before they are gone, if a
  // command's report has not done so.
  `[[ -n \${__holdfast_o-} ]]||builtin trap -p >|${scratchDir}/${trapsFile};builtin trap '' INT TERM HUP "\${__holdfast_:+INT}";} 2>/dev/null\n` +
  (userTrap === undefined ? '' : `__holdfast_x=${quote(userTrap)}\n`) +
  `builtin . ${kernelDir}/exit.bash ${controlOut} ${controlIn};builtin eval "$__holdfast_"`;

/** A simple command that does nothing but set `$?` and `$_`. */
export const setStatus = (status: number, underscore: string | undefined): string =>
  `__holdfast_(){ unset -f __holdfast_;return ${status};};` +
  `__holdfast_${underscore === undefined ? '' : ` ${quote(underscore)}`}${status === 0 ? '' : '&&[[ 1 ]]'}`;

/** Makes the next line number 1 less than `-lines` below the command's first: errors name the user's own lines. */
export const resetLineNumber = (lines: number): string =>
  `{ builtin :;} 9</proc/$((LINENO=-${lines},1))/comm 2>/dev/null||builtin :`;

/** Below this many descriptors, bash can not keep its script and the kernel's answers where they are. */
export const smallestLimit = 300;

/** The user's soft limit is remembered, and set again before the next command. */
export const raiseLimit = '__holdfast_n=$(builtin ulimit -Sn);builtin ulimit -Sn $(builtin ulimit -Hn)';

/** Runs one of the kernel's scripts. */
export const source = ({ kernelDir }: KernelPaths, script: string, ...args: string[]): string =>
  `builtin . ${kernelDir}/${script}${args.map((arg) => ` ${quote(arg)}`).join('')}`;
