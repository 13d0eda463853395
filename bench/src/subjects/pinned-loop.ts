/**
 * The floor where the scheduler has no say: both ends on one core, or a core each. A round trip between
 * cores wakes a sleeping one twice, which on a virtual machine can cost more than all the work; where
 * the scheduler puts two processes that mostly wait changes from minute to minute.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import type { Language } from 'holdfast';
import { hasProgram } from '../machine.ts';
import { builtProbe } from '../paths.ts';
import type { Subject } from '../subject.ts';
import type { Trips } from './bare-loop.ts';

/** None where the machine has one core or no `taskset`. */
export const pinnedLoops = (language: Language, trips: Trips): Subject[] =>
  availableParallelism() < 2 || !hasProgram('taskset')
    ? []
    : [
        pinnedLoop('bare loop, both ends on one core', language, trips, 0),
        pinnedLoop('bare loop, a core for each end', language, trips, 1),
      ];

/** @param childCore - the Node program is on core 0 */
const pinnedLoop = (name: string, language: Language, trips: Trips, childCore: number): Subject => {
  let child: ChildProcess;
  let answers: AsyncIterator<string>;
  return {
    name,
    role: 'reference',
    inProcess: false,
    async open() {
      const args = [language, String(trips.trips), String(trips.warmUpTrips), String(childCore)];
      child = spawn('taskset', ['-c', '0', process.execPath, builtProbe('pinned-loop'), ...args], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      if (!child.stdout) throw new Error('taskset could not be started');
      answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    },
    async round() {
      child.stdin?.write('round\n');
      const { value, done } = await answers.next();
      if (done) throw new Error('the pinned loop ended; its stderr says why');
      return JSON.parse(value) as number[];
    },
    async close() {
      child.stdin?.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
};
