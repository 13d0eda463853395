/**
 * node-pty with a prompt marker, as terminal-based tools do it: a command is over when the marker
 * shows. stdout and stderr are one stream, and output that prints the marker ends the command.
 */
import { timeEach } from '../measure.ts';
import type { Subject } from '../subject.ts';
import type { Trips } from '../subjects/bare-loop.ts';

/** What is used of node-pty, which is not a dependency: it has to be compiled on Linux. */
export interface NodePty {
  spawn(file: string, args: string[], options: { cols: number; env: Record<string, string> }): Terminal;
}

interface Terminal {
  onData(listener: (data: string) => void): unknown;
  write(data: string): void;
  kill(): void;
}

export const findNodePty = async (): Promise<NodePty | undefined> => {
  // By a variable: it is no dependency, so neither the compiler nor knip shall look for it.
  const name = 'node-pty';
  try {
    return (await import(name)) as NodePty;
  } catch {
    return undefined;
  }
};

/** Ends every prompt, after the exit code: output seldom has it. */
const marker = '\u0003';
const prompt = `\u0002$?${marker}`;

export const terminalSubject = (pty: NodePty, { trips, warmUpTrips }: Trips): Subject => {
  let terminal: Terminal;
  let seen = '';
  let onPrompt: (exitCode: number) => void = () => undefined;
  const nextPrompt = (): Promise<number> =>
    new Promise((resolve) => {
      seen = '';
      onPrompt = resolve;
    });
  const run = async (command: string): Promise<void> => {
    const prompted = nextPrompt();
    terminal.write(`${command}\n`);
    const exitCode = await prompted;
    if (exitCode !== 0) throw new Error(`\`${command}\` in a terminal: exit code ${exitCode}`);
  };
  return {
    name: 'node-pty with a prompt marker',
    role: 'peer',
    async open() {
      const env = { PATH: process.env.PATH ?? '', PS1: prompt, TERM: 'dumb' };
      terminal = pty.spawn('bash', ['--norc', '--noprofile', '--noediting'], { cols: 200, env });
      const ready = nextPrompt();
      terminal.onData((data) => {
        seen += data;
        if (seen.endsWith(marker)) onPrompt(Number(seen.slice(seen.lastIndexOf('\u0002') + 1, -1)));
      });
      await ready;
      await run('stty -echo');
      await timeEach(warmUpTrips, () => run('true'));
    },
    round: () => timeEach(trips, () => run('true')),
    close: async () => terminal.kill(),
  };
};
