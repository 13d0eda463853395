/**
 * The floor: a loop in the language itself that reads a line from a pipe, evaluates it, and answers
 * a line on another. Nothing can run a command in a live interpreter with less.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Language } from 'holdfast';
import type { Subject } from '../subject.ts';

interface Loop {
  file: string;
  args: string[];
  command: string;
}

const loops: Record<Language, Loop> = {
  bash: {
    file: 'bash',
    args: ['-c', `while IFS= read -r -d '' -u 3 code; do eval "$code"; printf '%s\\n' $? >&4; done`],
    command: 'true\0',
  },
  python: {
    file: 'python3',
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

export const barePipe = (language: Language): Subject => {
  const { file, args, command } = loops[language];
  let child: ChildProcess;
  let calls: Writable;
  let answers: Readable;
  return {
    name: `bare ${language} loop on pipes`,
    perRound: 20,
    async open() {
      child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'] });
      calls = child.stdio[3] as Writable;
      answers = child.stdio[4] as Readable;
    },
    run: () =>
      new Promise((resolve, reject) => {
        answers.once('data', (answer) => {
          if (String(answer) === '0\n') resolve();
          else reject(new Error(`the ${language} loop answered ${JSON.stringify(String(answer))}`));
        });
        calls.write(command);
      }),
    async close() {
      calls.destroy();
      child.kill();
    },
  };
};
