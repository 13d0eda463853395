/** What a bash is told first: the very first one of a kernel, and the fresh one after each exit. */
import { join } from 'node:path';
import { checkpointFile, composeScript } from './bash-command.ts';
import { stateFile } from './bash-exit.ts';
import { exitTrapText, type KernelPaths, source } from './bash-lines.ts';
import { type BashMemory, parkedTraps } from './bash-memory.ts';

export interface StartingShell {
  paths: KernelPaths;
  memory: BashMemory;
  /** The fast loop's line. */
  loop: string;
}

/** @param restore - a checkpoint of a kernel that died is there */
export const composeBoot = (shell: StartingShell, restore: boolean): string => {
  const { paths, loop } = shell;
  const state = restore ? bringBack(paths, checkpointFile) : '';
  const start = `${source(paths, 'boot.bash')} "$1" ${restore ? 0 : 1}\nbuiltin set --`;
  return composeScript(paths, `${start}\n${state}${composeReady(shell, 'h')}`, loop);
};

/** @param greeting - the message it says hello with */
export const composeReboot = (shell: StartingShell, greeting: 'h' | 'g'): string => {
  const { paths, memory, loop } = shell;
  const traps = [...memory.traps]
    .filter(([name]) => !parkedTraps.includes(name))
    .map(([name, text]) => `builtin trap -- ${text} ${name}\n`);
  const state = bringBack(paths, stateFile);
  return composeScript(paths, `${state}${traps.join('')}${composeReady(shell, greeting)}`, loop);
};

const bringBack = ({ scratchDir }: KernelPaths, file: string): string =>
  `builtin . ${join(scratchDir, file)} >/dev/null 2>&1\n`;

const composeReady = ({ paths, memory }: StartingShell, greeting: string): string =>
  source(
    paths,
    'ready.bash',
    paths.controlOut,
    paths.controlIn,
    greeting,
    exitTrapText(paths, memory.exitTrap),
    [...memory.traps.keys()].map((name) => name.replace(/^SIG/, '')).join(' '),
  );
