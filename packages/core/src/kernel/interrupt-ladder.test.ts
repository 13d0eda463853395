import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { climbInterruptLadder, type InterruptLadder } from './interrupt-ladder.ts';

let ladder: InterruptLadder | undefined;
afterEach(() => ladder?.stop());

it('does not signal a kernel that can not take it, until it can', async () => {
  const kernel = spawn('sh', ['-c', 'trap "exit 7" INT; while :; do echo tick; sleep 0.02; done'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void kernel.kill('SIGKILL'));
  await once(kernel.stdout, 'data');
  let listening: Promise<void> | undefined;
  let hear: () => void = () => undefined;
  listening = new Promise((resolve) => {
    hear = resolve;
  });
  const exited = once(kernel, 'exit');
  ladder = climbInterruptLadder({
    pid: kernel.pid as number,
    get listening() {
      return listening;
    },
    steps: [{ atMs: 0, name: 'SIGINT', target: 'kernel', signal: 'SIGINT' }],
    commandStartedAt: performance.now() - 1_000,
    call: async () => undefined,
    lastResort: () => undefined,
  });
  // It goes on: the signal of the first step was not sent.
  for (let ticks = 0; ticks < 3; ticks += 1) await once(kernel.stdout, 'data');
  expect(kernel.exitCode).toBeNull();
  listening = undefined;
  hear();
  expect(await exited).toEqual([7, null]);
});
