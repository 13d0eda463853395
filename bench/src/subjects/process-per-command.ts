/** What most tools do: a fresh process for every command. No state to lose, and none to keep. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { execa } from 'execa';
import type { Language } from 'holdfast';
import { pythonProgram } from '../machine.ts';
import { timeEach } from '../measure.ts';
import type { Subject } from '../subject.ts';

const run = promisify(execFile);

const commands: Record<Language, [file: string, args: string[]]> = {
  bash: ['bash', ['-c', 'true']],
  python: [pythonProgram, ['-c', 'pass']],
  node: [process.execPath, ['-e', '0']],
};

export const processPerCommand = (language: Language, trips: number): Subject => {
  const [file, args] = commands[language];
  return perCommand('child_process for each command', trips, () => run(file, args));
};

export const execaPerCommand = (language: Language, trips: number): Subject => {
  const [file, args] = commands[language];
  return perCommand('execa for each command', trips, () => execa(file, args));
};

const perCommand = (name: string, trips: number, work: () => PromiseLike<unknown>): Subject => ({
  name,
  role: 'peer',
  open: async () => undefined,
  round: () => timeEach(trips, async () => void (await work())),
  close: async () => undefined,
});
