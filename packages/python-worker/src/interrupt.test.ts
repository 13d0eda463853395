/** A command that is asked to stop before Python has got round to it never begins. */
import { createSessionManager } from '@holdfast/core';
import { afterAll, expect, it } from 'vitest';
import { python } from './index.ts';

const manager = createSessionManager({ languages: [python()] });
afterAll(() => manager[Symbol.asyncDispose]());

it('does not begin what had its time before it could begin, and the next command is unharmed', async () => {
  const session = manager.getOrCreateSession('late', { language: 'python' });
  const { result } = await session.exec('import os, time; kept = 41; os.getpid()');
  // As on a machine that is busy with others. Who asks it to stop wakes it first.
  process.kill(Number(result?.text), 'SIGSTOP');
  const late = await session.exec(
    'print("begun")\nwhile True:\n    try: time.sleep(1000)\n    except BaseException: pass',
    { timeoutMs: 50 },
  );
  expect(late).toMatchObject({
    timedOut: true,
    exitCode: 130,
    stdout: '',
    error: { name: 'KeyboardInterrupt' },
    interruption: { stateKept: true },
  });
  expect(await session.exec('kept + 1')).toMatchObject({ exitCode: 0, result: { text: '42' }, epoch: 1 });
  expect(await session.exec('kept')).toMatchObject({ exitCode: 0, stderr: '' });
});
