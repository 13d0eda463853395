import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
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

it('starts the threads of many sessions a few at a time', async () => {
  const own = createSessionManager();
  const atOnce = 2 * availableParallelism();
  const workers: Worker[] = [];
  const note = (worker: Worker): void => void workers.push(worker);
  process.on('worker', note);
  try {
    const started: string[] = [];
    own.on('thread-started', ({ workspaceId }) => started.push(workspaceId));
    const names = Array.from({ length: atOnce + 4 }, (_, index) => `s${index}`);
    const results = names.map((name) => own.getOrCreateSession(name).exec('true'));
    // In this turn's microtasks; the next threads wait for news of these.
    await new Promise((resolve) => process.nextTick(resolve));
    expect(workers).toHaveLength(atOnce);
    expect((await Promise.all(results)).map(({ exitCode }) => exitCode)).toEqual(names.map(() => 0));
    expect(workers).toHaveLength(names.length);
    expect([...started].sort()).toEqual([...names].sort());
  } finally {
    process.off('worker', note);
    await own[Symbol.asyncDispose]();
  }
});
