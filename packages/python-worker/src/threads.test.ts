/** Output of threads. */
import { createSessionManager } from '@holdfast/core';
import { afterAll, expect, it } from 'vitest';
import { python } from './index.ts';

const manager = createSessionManager({ languages: [python()] });
afterAll(() => manager[Symbol.asyncDispose]());

it('keeps lines of threads whole', async () => {
  const session = manager.getOrCreateSession('whole', { language: 'python' });
  const { stdout } = await session.exec(
    [
      'import threading',
      'def work(n):',
      '    for i in range(200): print(f"{n}" * 20)',
      'workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]',
      'for worker in workers: worker.start()',
      'for worker in workers: worker.join()',
    ].join('\n'),
  );
  const expected = ['0', '1', '2', '3'].flatMap((digit) =>
    Array.from({ length: 200 }, () => digit.repeat(20)),
  );
  expect(stdout.trimEnd().split('\n').sort()).toEqual(expected);
});
