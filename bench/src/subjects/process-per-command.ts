/** What most tools do: a fresh process for every command. No state to lose, and none to keep. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Language } from 'holdfast';
import type { Subject } from '../subject.ts';

const run = promisify(execFile);

const commands: Record<Language, [file: string, args: string[]]> = {
  bash: ['bash', ['-c', 'true']],
  python: ['python3', ['-c', 'pass']],
  node: [process.execPath, ['-e', '0']],
};

export const processPerCommand = (language: Language): Subject => {
  const [file, args] = commands[language];
  return {
    name: `a ${language} process each`,
    perRound: 2,
    open: async () => undefined,
    run: async () => void (await run(file, args)),
    close: async () => undefined,
  };
};
