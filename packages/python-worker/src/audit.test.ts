/** Audit hooks can not be taken away again: they must not reach the kernel. */
import { createSessionManager } from '@holdfast/core';
import { afterAll, expect, it } from 'vitest';
import { python } from './index.ts';

const manager = createSessionManager({ languages: [python()] });
afterAll(() => manager[Symbol.asyncDispose]());

const hook = (body: string): string =>
  `import sys\nkept = 41\nseen = []\ndef hook(event, arguments): ${body}\nsys.addaudithook(hook)`;

it('goes on under a hook that refuses everything', async () => {
  const session = manager.getOrCreateSession('refuses', { language: 'python' });
  await session.exec(hook('raise PermissionError(event)'));
  const shown = 'class Rich:\n    def _repr_html_(self): return "rich"\nRich()';
  expect((await session.exec(shown)).result?.data).toEqual({ 'text/html': 'rich' });
  expect((await session.exec('print(sys.stdin.read())', { stdin: 'typed' })).stdout).toBe('typed\n');
  expect(await session.exec('open("file")')).toMatchObject({ error: { message: 'open' }, exitCode: 1 });
  expect((await session.exec('kept + 1', { cwd: '/' })).result?.text).toBe('42');
});

it('tells a hook what the command does, and nothing of the kernel', async () => {
  const session = manager.getOrCreateSession('hears', { language: 'python' });
  await session.exec(hook('seen.append(event)'));
  await session.exec('seen.clear()');
  expect((await session.exec('print(seen)')).stdout).toBe('[]\n');
  await session.exec(
    'import threading\nopener = threading.Thread(target=lambda: open("/dev/null"))\nopener.start(); opener.join()',
  );
  expect((await session.exec('exec("1"); print("exec" in seen, "open" in seen)')).stdout).toBe('True True\n');
});
