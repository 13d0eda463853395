/**
 * A Python kernel on pipes of the test's own, without a session and without a reaper: for calls and signals at
 * times that no session would choose, or could.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ControlChannel } from '@holdfast/core/driver-kit';
import { createCommandId, type KernelApi, type RunReply } from '@holdfast/protocol';
import { createDriver } from '../driver.ts';

export interface HandDrivenKernel {
  readonly api: KernelApi;
  /** @param signalsBefore - as in a session's request */
  run(code: string, signalsBefore?: number): Promise<RunReply>;
  /** The next line that a command prints, whichever it is. */
  readLine(): Promise<string>;
  /** For the `input()` of a command. */
  type(line: string): void;
  /** Asks the command to stop, or nobody, if none runs. */
  ask(): void;
  /** Closes the only write end, as the host's death does. */
  cutLifeline(): void;
  /** The signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

const pipes = ['calls', 'answers', 'lifeline', 'stdin', 'stdout'] as const;
const makeFifos = 'import os, sys\nfor path in sys.argv[1:]: os.mkfifo(path)';

export const startByHand = async (): Promise<HandDrivenKernel> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-by-hand-'));
  const path = (name: (typeof pipes)[number]): string => join(folder, name);
  execFileSync('python3', ['-c', makeFifos, ...pipes.map(path)]);
  // Both ends: to open one alone waits for the other, and what the kernel closes must not be an end of file.
  const [calls, answers, stdin, stdout] = (['calls', 'answers', 'stdin', 'stdout'] as const).map((name) =>
    openSync(path(name), constants.O_RDWR | constants.O_NONBLOCK),
  ) as [number, number, number, number];
  const answerSocket = new Socket({ fd: answers, readable: true, writable: false });
  const outputSocket = new Socket({ fd: stdout, readable: true, writable: false });
  const lines = createInterface({ input: outputSocket })[Symbol.asyncIterator]();
  let lifeline: number | undefined = openLifeline(path('lifeline'));
  const cutLifeline = (): void => {
    if (lifeline !== undefined) closeSync(lifeline);
    lifeline = undefined;
  };
  const channel: ControlChannel = {
    scratchDir: folder,
    send: (data) => void writeSync(calls, typeof data === 'string' ? Buffer.from(data) : data),
    onData: (listener) => void answerSocket.on('data', listener),
  };

  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' };
  const driver = createDriver({});
  const { file, args } = await driver.plan({
    scratchDir: folder,
    controlIn: path('calls'),
    controlOut: path('answers'),
    lifeline: path('lifeline'),
    env,
  });
  const child: ChildProcess = spawn(file, args, { env, stdio: 'ignore', detached: true });
  const ended = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
  const api = driver.connect(channel);
  await api.hello();
  return {
    api,
    run: (code, signalsBefore) =>
      api.run({
        commandId: createCommandId(),
        code,
        stdin: path('stdin'),
        stdout: path('stdout'),
        stderr: path('stdout'),
        ...(signalsBefore === undefined ? {} : { signalsBefore }),
      }),
    async readLine() {
      const { value } = await lines.next();
      return value as string;
    },
    type: (line) => void writeSync(stdin, `${line}\n`),
    ask: () => void child.kill('SIGSTKFLT'),
    cutLifeline,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      cutLifeline();
      answerSocket.destroy();
      outputSocket.destroy();
      closeSync(calls);
      closeSync(stdin);
      rmSync(folder, { recursive: true });
    },
  };
};

/** As a host's: it has a writer, and no reader but the kernel. */
const openLifeline = (path: string): number => {
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  closeSync(reader);
  return writer;
};
