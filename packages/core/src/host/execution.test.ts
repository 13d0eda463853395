import type { RuntimeSessionManager } from '@holdfast/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fakeLanguage } from '../testing/fake-driver.ts';
import { createSessionManager } from './session-manager.ts';

let manager: RuntimeSessionManager;
beforeEach(() => {
  manager = createSessionManager({ languages: [fakeLanguage()] });
});
afterEach(() => manager[Symbol.asyncDispose]());

// Credits and input once travelled on a port of their own, and sometimes overtook their command.
it('streams every one of many short commands to its end', async () => {
  const session = manager.getOrCreateSession('a');
  for (let round = 0; round < 20; round += 1) {
    const texts = await Promise.all(
      Array.from({ length: 25 }, async (_, index) => {
        let text = '';
        for await (const { data } of session.exec(`print ${round}/${index}`)) text += data;
        return text;
      }),
    );
    expect(texts).toEqual(Array.from({ length: 25 }, (_, index) => `${round}/${index}\n`));
  }
});

it('interrupts a command in the same breath that it is sent', async () => {
  const session = manager.getOrCreateSession('a');
  await session.exec('set x 1');
  const waiting = session.exec('wait');
  expect(await waiting.interrupt()).toBe('interrupted');
  expect((await waiting).interrupted).toBe(true);
});

it('lets a reader leave, and gives the result all the same', async () => {
  const session = manager.getOrCreateSession('a');
  const run = session.exec('print one\nprint two');
  for await (const _chunk of run) break;
  expect((await run).stdout).toBe('one\ntwo\n');
});

it('gives a reader who comes late what there was', async () => {
  const session = manager.getOrCreateSession('a');
  const run = session.exec('print one\nprint two');
  await run;
  let text = '';
  for await (const { data } of run) text += data;
  expect(text).toBe('one\ntwo\n');
});

it('refuses input that nobody asked for', async () => {
  const session = manager.getOrCreateSession('a');
  const run = session.exec('print one');
  expect(() => run.write('text')).toThrow(expect.objectContaining({ code: 'STDIN_CLOSED' }));
  await run;
});

it('ends a reader’s loop with the error when the command is rejected', async () => {
  const session = manager.getOrCreateSession('a');
  await session.terminate();
  const read = async (): Promise<void> => {
    for await (const _chunk of session.exec('print one')) throw new Error('there is nothing to read');
  };
  await expect(read()).rejects.toMatchObject({ code: 'SESSION_TERMINATED' });
});
