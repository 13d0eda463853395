import { afterAll, expect, it } from 'vitest';
import { createSessionManager } from './index.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

it('runs 20 sessions at once, each in its own thread, none seeing another', async () => {
  const sessions = Array.from({ length: 20 }, (_, index) => manager.getOrCreateSession(`w${index}`));
  await Promise.all(sessions.map((session, index) => session.exec(`mine=${index}; export SHARED=${index}`)));
  const seen = await Promise.all(sessions.map((session) => session.exec('echo "$mine $SHARED"')));
  expect(seen.map(({ stdout }) => stdout)).toEqual(sessions.map((_, index) => `${index} ${index}\n`));
  const threads = sessions.map(({ threadId }) => threadId);
  expect(threads).not.toContain(undefined);
  expect(new Set(threads).size).toBe(20);
});

it('runs three languages in twelve sessions at once', async () => {
  const sessions = Array.from({ length: 12 }, (_, index) => manager.getOrCreateSession(`m${index}`));
  const outputs = await Promise.all(
    sessions.map(async (session, index) => {
      await session.exec(`v = ${index}`, { language: 'python' });
      await session.exec(`let v = ${index}`, { language: 'node' });
      const python = await session.exec('print(v)', { language: 'python' });
      const node = await session.exec('console.log(v)', { language: 'node' });
      return python.stdout + node.stdout;
    }),
  );
  expect(outputs).toEqual(sessions.map((_, index) => `${index}\n${index}\n`));
});
