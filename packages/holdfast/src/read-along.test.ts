/** Output that is read along comes to an end, whatever becomes of the session. */
import { afterAll, expect, it } from 'vitest';
import { createSessionManager, type Execution } from './index.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

/** To the end: all of it, or the code of the error that tells why there is no more. */
const readAlong = async (execution: Execution): Promise<string> => {
  let text = '';
  try {
    for await (const { data } of execution) text += data;
    return text;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

it('tells who is behind that the session has ended', async () => {
  const session = manager.getOrCreateSession('behind');
  const running = session.exec('yes | head -c 5000000; sleep 600');
  const reader = running[Symbol.asyncIterator]();
  expect((await reader.next()).done).toBe(false);
  await session.terminate();
  const readOn = async (): Promise<string> => {
    while (!(await reader.next()).done);
    return 'all';
  };
  // As much as had come when the thread ended: all that it had been given credits for, which may be all that there was.
  const end = await readOn().catch((error: { code: string }) => error.code);
  expect(['all', 'SESSION_TERMINATED']).toContain(end);
  expect(await running).toMatchObject({ interrupted: true });
});

it('ends with the session, at whatever moment that comes', async () => {
  for (let round = 0; round < 40; round += 1) {
    const session = manager.getOrCreateSession(`round-${round}`);
    await session.exec('true');
    const running = Array.from({ length: 3 }, (_, index) => session.exec(`echo ${index}`));
    const read = running.map(readAlong);
    for (let turn = round % 8; turn > 0; turn -= 1) await new Promise(setImmediate);
    await session.terminate();
    for (const [index, text] of (await Promise.all(read)).entries())
      expect(['', `${index}\n`, 'SESSION_TERMINATED']).toContain(text);
  }
});
