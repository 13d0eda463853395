/** The kernel's own frames are not shown: neither by the library nor in what an interrupt leaves. */
import { createSessionManager } from '@holdfast/core';
import { afterAll, expect, it } from 'vitest';
import { python } from './index.ts';

const manager = createSessionManager({ languages: [python()] });
afterAll(() => manager[Symbol.asyncDispose]());

const kernelFrame = /holdfast_kernel|main\.py/;

const interrupted: Record<string, string> = {
  'that is caught and told': 'except BaseException: traceback.print_exc()',
  'during whose handling there is another': 'finally:\n    while True: time.sleep(0.05)',
};
for (const [name, handler] of Object.entries(interrupted)) {
  it(`shows no frame of an interrupt ${name}`, async () => {
    const session = manager.getOrCreateSession(name, { language: 'python' });
    const { stderr } = await session.exec(`import time, traceback\ntry: time.sleep(1000)\n${handler}`, {
      timeoutMs: 300,
    });
    expect(stderr).toContain('time.sleep(1000)');
    expect(stderr).not.toMatch(kernelFrame);
  });
}

it('shows no frame of an await that was interrupted twice', async () => {
  const session = manager.getOrCreateSession('await', { language: 'python' });
  const { stderr } = await session.exec(
    'import asyncio, time\ntry: await asyncio.sleep(1000)\nfinally:\n    while True: time.sleep(0.05)',
    { timeoutMs: 300 },
  );
  expect(stderr).toContain('asyncio.sleep(1000)');
  expect(stderr).not.toMatch(kernelFrame);
});

it('ends a debugger that steps past the end of its command, and leaves the next one alone', async () => {
  const session = manager.getOrCreateSession('debugger', { language: 'python' });
  const { stdout, success } = await session.exec('breakpoint()\nx = 5\ny = 6', { stdin: 's\ns\ns\ns\ns\n' });
  expect(success).toBe(true);
  expect(stdout).not.toMatch(kernelFrame);
  expect(await session.exec('z = x + y\nprint(z)')).toMatchObject({ stdout: '11\n', stderr: '' });
});

it('gives modules that are loaded when they are used all of their names', async () => {
  const session = manager.getOrCreateSession('names', { language: 'python' });
  const code = [
    'import sys, traceback, inspect, bdb, importlib',
    'modules = traceback, inspect, bdb',
    'print([m.__name__ + str(len(dir(m)) > 20) + str(m.__spec__.name) for m in modules])',
    'print(inspect.getsourcefile(traceback) == traceback.__file__, traceback.walk_tb.__module__)',
    'print(importlib.reload(traceback) is traceback)',
  ].join('\n');
  expect((await session.exec(code)).stdout).toBe(
    "['tracebackTruetraceback', 'inspectTrueinspect', 'bdbTruebdb']\nTrue traceback\nTrue\n",
  );
});
