/**
 * A kernel without a session: no ladder, no limits, no grace. A test says itself what the kernel hears, and in which
 * order, which on a loaded machine could be any.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlChannel } from '@holdfast/core/driver-kit';
import { createCommandId, type KernelApi, type RunReply, type RunRequest } from '@holdfast/protocol';
import { createDriver } from '../driver.ts';

interface BareKernel {
  readonly api: KernelApi;
  /** Calls made in one turn reach the kernel in one piece. */
  run(code: string, request?: Partial<RunRequest>): Promise<RunReply>;
  /** To the kernel's process alone. */
  signal(name: NodeJS.Signals): void;
  /** Settles when commands have printed this, at whatever time. */
  printed(text: string): Promise<void>;
}

/** Of coreutils. */
const pipeMaker = 'mkfifo';

/** Gives the body a kernel that is ready, and ends it afterwards whatever happened. */
export const withBareKernel = async (body: (kernel: BareKernel) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bare-'));
  const [controlIn = '', controlOut = '', stdout = ''] = ['in', 'out', 'stdout'].map((name) =>
    join(folder, name),
  );
  execFileSync(pipeMaker, [controlIn, controlOut, stdout]);
  // Both ways: a pipe opened so neither waits for its other end nor comes to its end.
  const toKernel = openSync(controlIn, constants.O_RDWR);
  const fromKernel = readFifo(controlOut);
  const output = readFifo(stdout);
  const driver = createDriver({});
  const plan = await driver.plan({ controlIn, controlOut, scratchDir: folder, env: {} });
  const child = spawn(plan.file, plan.args, { stdio: 'ignore', cwd: folder });
  try {
    const api = driver.connect(channelOf(toKernel, fromKernel, folder));
    await api.hello();
    await body(kernelOf(child, api, output, stdout));
  } finally {
    child.kill('SIGKILL');
    fromKernel.destroy();
    output.destroy();
    closeSync(toKernel);
    rmSync(folder, { recursive: true });
  }
};

const readFifo = (path: string): Socket =>
  new Socket({
    fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  });

const channelOf = (toKernel: number, fromKernel: Socket, scratchDir: string): ControlChannel => {
  let unsent = '';
  return {
    scratchDir,
    send(data) {
      if (unsent === '') {
        queueMicrotask(() => {
          writeSync(toKernel, unsent);
          unsent = '';
        });
      }
      unsent += data.toString();
    },
    onData: (listener) => void fromKernel.on('data', listener),
  };
};

const kernelOf = (child: ChildProcess, api: KernelApi, output: Socket, stdout: string): BareKernel => {
  let all = '';
  output.setEncoding('utf8').on('data', (data) => {
    all += data;
  });
  return {
    api,
    run: (code, request) =>
      api.run({ commandId: createCommandId(), code, stdout, stderr: '/dev/null', ...request }),
    signal: (name) => void child.kill(name),
    printed: async (text) => {
      while (!all.includes(text)) await once(output, 'data');
    },
  };
};
