/** A host that is killed takes its Python with it, whatever that is doing. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';

const host = `
  import { createSessionManager } from '@holdfast/core';
  import { python } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
  const manager = createSessionManager({ languages: [python()] });
  const session = manager.getOrCreateSession('doomed', { language: 'python', timeoutMs: 0 });
  const pid = (await session.exec('import os; print(os.getpid(), end="")')).stdout;
  session.exec('print("busy", flush=True)\\n' + process.argv[1], { onStdout: () => console.log(pid) });
`;

const busy = {
  'a busy loop': 'while True: pass',
  'a child': 'import subprocess; subprocess.run(["sleep", "1000"])',
  'native code that holds the interpreter': 'import ctypes; ctypes.PyDLL(None).sleep(1000)',
};

for (const [name, code] of Object.entries(busy)) {
  it(`ends ${name} within two seconds`, async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', host, code], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<string>((resolve) =>
      child.stdout.once('data', (text) => resolve(String(text).trim())),
    );
    expect({ pid, isAlive: existsSync(`/proc/${pid}`) }).toEqual({
      pid: expect.stringMatching(/^\d+$/),
      isAlive: true,
    });
    child.kill('SIGKILL');
    const killedAt = performance.now();
    while (existsSync(`/proc/${pid}/exe`) && performance.now() - killedAt < 5_000) await delay(5);
    expect(performance.now() - killedAt).toBeLessThan(2_000);
  });
}
