/** Output of threads, now and later. */
import { createSessionManager } from '@holdfast/core';
import { afterAll, expect, it } from 'vitest';
import { python } from './index.ts';

const manager = createSessionManager({ languages: [python()] });
afterAll(() => manager[Symbol.asyncDispose]());

it('gives what a thread prints to the command that started it', async () => {
  const session = manager.getOrCreateSession('late', { language: 'python' });
  const started = await session.exec(
    [
      'import threading',
      'go, ran = threading.Event(), threading.Event()',
      'def work():',
      '    go.wait(); print("late", "line"); ran.set()',
      'worker = threading.Thread(target=work); worker.start()',
      'print("now")',
    ].join('\n'),
  );
  expect(started.stdout).toBe('now\n');
  const arrived = new Promise<string>((resolve) => {
    session.subscribe((event) => {
      if (event.type === 'late-output' && event.commandId === started.commandId) resolve(event.data);
    });
  });
  const next = await session.exec('go.set(); _ = ran.wait(); worker.join(); print("mine")');
  expect(next.stdout).toBe('mine\n');
  expect(await arrived).toBe('late line\n');
});

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
