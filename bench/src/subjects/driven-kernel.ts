/**
 * Holdfast's own kernel, driven by its driver on plain pipes in this thread: no session thread, no
 * state machine, no queue. What it costs beyond the capturing loop is the kernel's care: `exit`, traps,
 * redirected descriptors, errors, results.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlChannel, DriverModule, LanguageDriver } from '@holdfast/core/driver-kit';
import { bash, type CommandId, type Language, node, python } from 'holdfast';
import { drivenKernelName } from '../breakdown.ts';
import type { Subject } from '../subject.ts';
import { type LiveLoop, loopSubject, type Trips } from './bare-loop.ts';

const descriptors = { bash: bash(), python: python(), node: node() };

export const drivenKernel = (language: Language, command: string, trips: Trips): Subject =>
  loopSubject(`${language} ${drivenKernelName}`, 'reference', trips, () => open(language, command));

const open = async (language: Language, command: string): Promise<LiveLoop> => {
  const { driver: module, options } = descriptors[language];
  const { createDriver } = (await import(module)) as DriverModule;
  const driver = createDriver(options);
  const scratchDir = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const path = (name: string): string => join(scratchDir, name);
  execFileSync('mkfifo', ['in', 'out', 'err', 'answers'].map(path));
  // Reading ends first, never blocking, so that writers find somebody there.
  const readEnds = ['answers', 'out', 'err', 'in'].map((name) =>
    openSync(path(name), constants.O_RDONLY | constants.O_NONBLOCK),
  );
  const [answers = -1, ...outputs] = readEnds.slice(0, 3);
  const writeEnds = ['in', 'out', 'err', 'answers'].map((name) => openSync(path(name), 'w'));
  const [calls = -1, out = -1, err = -1] = writeEnds;
  const socket = new Socket({ fd: answers, readable: true, writable: false });
  const channel: ControlChannel = {
    scratchDir,
    send: (data) => void writeSync(calls, typeof data === 'string' ? Buffer.from(data) : data),
    onData: (listener) => void socket.on('data', listener),
  };
  const child = await start(driver, path, [out, err]);
  const kernel = driver.connect(channel);
  await kernel.hello();
  const buffer = Buffer.allocUnsafe(65_536);
  let count = 0;
  return {
    async run() {
      count += 1;
      const { exitCode } = await kernel.run({
        commandId: `cmd_${count}` as CommandId,
        code: command,
        stdout: path('out'),
        stderr: path('err'),
      });
      if (exitCode !== 0) throw new Error(`the ${language} kernel: exit code ${exitCode}`);
      for (const fd of outputs) drain(fd, buffer);
    },
    async close() {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
      await once(child, 'exit');
      socket.destroy();
      [...readEnds.slice(1), ...writeEnds].forEach(closeSync);
      rmSync(scratchDir, { recursive: true });
    },
  };
};

const start = async (
  driver: LanguageDriver,
  path: (name: string) => string,
  output: number[],
): Promise<ChildProcess> => {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' };
  const plan = await driver.plan({
    scratchDir: path('.'),
    controlIn: path('in'),
    controlOut: path('answers'),
    env,
  });
  return spawn(plan.file, plan.args, {
    env: { ...env, ...plan.env },
    stdio: ['ignore', ...output],
    detached: true,
  });
};

const drain = (fd: number, buffer: Buffer): void => {
  try {
    while (readSync(fd, buffer) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
};
