/** Peers that are Python libraries: a script times itself and answers as JSON, so that Node's side costs them nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { peerScript } from '../paths.ts';
import type { Subject } from '../subject.ts';

export interface PythonPeerOptions {
  name: string;
  program: string;
  script: string;
  args?: string[];
  /** What is timed, and how often in a round. */
  work: string;
  count: number;
  /** Asked once before the first round. */
  first?: string;
}

export const pythonPeer = (options: PythonPeerOptions): Subject => {
  const { name, program, script, args = [], work, count, first } = options;
  let child: ChildProcess;
  let answers: AsyncIterator<string>;
  const ask = async (request: { do: string; count: number }): Promise<number[]> => {
    child.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error(`${script} ended; its stderr says why`);
    return JSON.parse(value) as number[];
  };
  return {
    name,
    role: 'peer',
    inProcess: false,
    async open() {
      child = spawn(program, [peerScript(script), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
      if (!child.stdout) throw new Error(`${program} could not be started`);
      answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      if (first) await ask({ do: first, count: 1 });
    },
    round: () => ask({ do: work, count }),
    async close() {
      child.stdin?.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
};
