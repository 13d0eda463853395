/** A host that is killed takes its Python with it, whatever that is doing, and nobody else need help. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';

const host = `
  import { createSessionManager } from '@holdfast/core';
  import { python } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
  const manager = createSessionManager({ languages: [python()] });
  const session = manager.getOrCreateSession('doomed', { language: 'python', timeoutMs: 0 });
  const pid = (await session.exec('import os; print(os.getpid(), end="")')).stdout;
  session.exec('print("busy", flush=True)\\n' + process.argv[1], { onStdout: (text) => text.includes('busy') && console.log(pid) });
`;

const busy = {
  'a busy loop': 'while True: pass',
  'a child': 'import subprocess; subprocess.run(["sleep", "1000"])',
  'native code that holds the interpreter': 'import ctypes; ctypes.PyDLL(None).sleep(1000)',
};

for (const [name, code] of Object.entries(busy)) {
  it(`ends ${name}, also when the host’s reaper does nothing`, async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', host, code], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // Whatever comes of this: a host that lives on would keep the test run's own output open.
    onTestFinished(() => void child.kill('SIGKILL'));
    const pid = await new Promise<string>((resolve) =>
      child.stdout.once('data', (text) => resolve(String(text).trim())),
    );
    expect({ pid, isAlive: existsSync(`/proc/${pid}`) }).toEqual({
      pid: expect.stringMatching(/^\d+$/),
      isAlive: true,
    });
    await stopReaper(child);
    child.kill('SIGKILL');
    // No limit but the test's: a slow machine is none of the kernel's faults.
    while (existsSync(`/proc/${pid}/exe`)) await delay(5);
  });
}

const stopReaper = async ({ pid: hostPid }: ChildProcess): Promise<void> => {
  const isReaper = (pid: string): boolean =>
    read(pid, 'cmdline').includes('holdfast-reaper') && read(pid, 'status').includes(`\nPPid:\t${hostPid}\n`);
  const reapers = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isReaper(name));
  expect(reapers).toHaveLength(1);
  const [reaper = ''] = reapers;
  process.kill(Number(reaper), 'SIGSTOP');
  // It goes on when all is over, and does its work: whatever is left then, and the host's folder.
  onTestFinished(() => void process.kill(Number(reaper), 'SIGCONT'));
  while (!read(reaper, 'status').includes('\nState:\tT')) await delay(1);
};

/** Empty, if the process has ended meanwhile. */
const read = (pid: string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};
