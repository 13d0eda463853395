/**
 * The floor: a loop in the language itself that reads a command from a pipe, evaluates it, and answers
 * a line on another; the other end is a bare Node program. Nothing can run a command in a live
 * interpreter with less. It captures no output, so it is not enough for any tool.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Language } from 'holdfast';
import { pythonProgram } from '../machine.ts';
import { timeEach } from '../measure.ts';
import type { Sizes } from '../sizes.ts';
import type { Role, Subject } from '../subject.ts';

export interface Loop {
  file: string;
  args: string[];
  /** The least the language can be asked to do, as its loop reads it. */
  command: string;
}

export const bareLoops: Record<Language, Loop> = {
  bash: {
    file: 'bash',
    args: ['-c', `while IFS= read -r -d '' -u 3 code; do eval "$code"; printf '%s\\n' $? >&4; done`],
    command: 'true\0',
  },
  python: {
    file: pythonProgram,
    args: [
      '-c',
      `import os
calls = os.fdopen(3, 'r')
namespace = {}
while True:
    code = calls.readline()
    if not code: break
    exec(compile(code, 'x', 'exec'), namespace)
    os.write(4, b'0\\n')`,
    ],
    command: 'pass\n',
  },
  node: {
    file: process.execPath,
    args: [
      '-e',
      `const vm = require('node:vm'), fs = require('node:fs'), net = require('node:net');
new net.Socket({ fd: 3 }).on('data', (code) => {
  vm.runInThisContext(code.toString());
  fs.writeSync(4, '0\\n');
});`,
    ],
    command: '0\n',
  },
};

export const bareLoop = (language: Language, trips: Trips): Subject =>
  loopSubject(`bare ${language} loop`, 'floor', trips, () => openLoop(bareLoops[language]));

/** How many times a command is run. */
export type Trips = Pick<Sizes, 'trips' | 'warmUpTrips'>;

/** A loop that is up. */
export interface LiveLoop {
  run(): Promise<void>;
  close(): Promise<void>;
}

export const loopSubject = (
  name: string,
  role: Role,
  { trips, warmUpTrips }: Trips,
  open: () => Promise<LiveLoop>,
): Subject => {
  let loop: LiveLoop;
  return {
    name,
    role,
    async open() {
      loop = await open();
      await timeEach(warmUpTrips, () => loop.run());
    },
    round: () => timeEach(trips, () => loop.run()),
    close: () => loop.close(),
  };
};

/** @param stdio - of the child's stdout and stderr */
export const openLoop = async (
  { file, args, command }: Loop,
  stdio: ('ignore' | number)[] = ['ignore', 'ignore'],
): Promise<LiveLoop> => {
  const child: ChildProcess = spawn(file, args, { stdio: ['ignore', ...stdio, 'pipe', 'pipe'] });
  const calls = child.stdio[3] as Writable;
  const answers = child.stdio[4] as Readable;
  return {
    run: () =>
      new Promise((resolve, reject) => {
        answers.once('data', (answer) => {
          if (String(answer) === '0\n') resolve();
          else reject(new Error(`the bare loop in ${file} answered ${JSON.stringify(String(answer))}`));
        });
        calls.write(command);
      }),
    async close() {
      calls.destroy();
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
};
