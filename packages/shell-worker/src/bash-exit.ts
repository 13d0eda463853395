/** What a bash that is about to exit is told: run the user's exit trap, save everything, become a fresh bash. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CarefulCommand, checkpointFile } from './bash-command.ts';
import {
  exitBlockSize,
  firstLine,
  type KernelPaths,
  mark,
  padBlock,
  raiseLimit,
  setStatus,
  source,
  trapsFile,
} from './bash-lines.ts';
import type { BashMemory } from './bash-memory.ts';
import { quote } from './shell-quote.ts';

export const stateFile = 'state-bash';

export interface ExitingShell {
  paths: KernelPaths;
  memory: BashMemory;
  /** `$-` and `$?` when it began. */
  options: string;
  status: number;
  /** The user's exit trap, if it is to run. */
  userTrap: string | undefined;
  /** The command that is running, if any. */
  command: CarefulCommand | undefined;
}

/** The shell goes for good: only the user's trap is run. */
export const composeEnd = ({ paths, userTrap, status, options }: ExitingShell): string =>
  toBlock(
    paths,
    `builtin trap - EXIT;${userTrap === undefined ? '' : `${restoreFlags(options)}${setStatus(status, undefined)};builtin eval ${quote(userTrap)};`}builtin exit 0`,
  );

export const composeExit = (shell: ExitingShell): string => {
  const { paths, memory, options, status, userTrap, command } = shell;
  const { request, own, traits } = command ?? {};
  const where = [
    request?.stdin ?? '',
    request?.stdout ?? '/dev/null',
    request?.stderr ?? '/dev/null',
    paths.controlOut,
    paths.kernelDir,
    join(paths.scratchDir, trapsFile),
    '',
    paths.scratchDir,
    paths.program,
    firstLine(paths),
  ];
  const leave =
    `${own?.takeBack ?? ''}__holdfast_a=(${where.map(quote).join(' ')});` +
    `__holdfast_=(${quote(join(paths.scratchDir, stateFile))} ${quote(options)} "$__holdfast_r" X "$__holdfast_i");` +
    source(paths, 'reexec.bash');
  // Interrupted before it began, the command is no reason to run the trap.
  const unbegun = command && status > 128 ? `[[ -z \${__holdfast_q-} ]]||{ ${leave};};` : '';
  const limits = traits?.limits || memory.limit !== undefined ? `${raiseLimit};` : '';
  const begin = `${limits}${lookAround(memory)}__holdfast_r=${status};`;
  if (userTrap === undefined) return toBlock(paths, begin + leave);
  // `exit` in the user's trap must not end the process, so a function stands in for it; and the state is saved
  // first, for the case that something else does.
  memory.checkpointed = true;
  return toBlock(
    paths,
    `${begin}__holdfast_=(${quote(join(paths.scratchDir, checkpointFile))} ${quote(options)});${source(paths, 'save.bash')};${unbegun}` +
      `__holdfast_y=${quote(`builtin unset -f exit;${leave}`)};` +
      'builtin declare -F exit >/dev/null||' +
      'exit(){ ((BASH_SUBSHELL))&&builtin exit "$@";__holdfast_r=${1-$?};builtin eval "$__holdfast_y";};' +
      `${restoreFlags(options)}${setStatus(status, undefined)};builtin eval ${quote(userTrap)};` +
      '{ builtin set +xveuTEa -;} 2>/dev/null;builtin eval "$__holdfast_y"',
  );
};

const restoreFlags = (options: string): string => {
  const flags = [...options].filter((flag) => 'eu'.includes(flag)).join('');
  return flags ? `builtin set -${flags};` : '';
};

/**
 * Is this the end of a function? FUNCNAME ends with `main`, the script itself; what is above it is a function,
 * if not a sourced file. In a function, the positional parameters are its own: the last ones known are used.
 */
const lookAround = ({ positional }: BashMemory): string =>
  '__holdfast_i=;for ((__holdfast_j=0;__holdfast_j<${#FUNCNAME[@]}-1;__holdfast_j++));do ' +
  '[[ ${FUNCNAME[__holdfast_j]} == source ]]||__holdfast_i=1;done;' +
  `if [[ \${#FUNCNAME[@]} == 0 ]];then __holdfast_p=("$@");else __holdfast_p=(${positional.map(quote).join(' ')});fi;`;

/** The shell reads a block of known size, whatever IFS and the locale are. */
const toBlock = ({ scratchDir }: KernelPaths, text: string): string => {
  const fits = isAscii(text) ? padBlock(text, exitBlockSize) : undefined;
  if (fits) return mark + fits;
  const file = join(scratchDir, 'exit-bash');
  writeFileSync(file, text);
  return mark + (padBlock(`builtin . ${file}`, exitBlockSize) ?? '');
};

const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length && !text.includes('\0');
