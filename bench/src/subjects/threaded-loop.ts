/**
 * The third floor: the bare loop that captures output, driven from a worker thread that gets each command
 * as a message and answers with one. The least that a session in a thread of its own can cost: no queue, no
 * states, no typed errors, no care for what a command does to its shell.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Language } from 'holdfast';
import { builtProbe } from '../paths.ts';
import type { Subject } from '../subject.ts';
import { type LiveLoop, loopSubject, type Trips } from './bare-loop.ts';

/** As large as what a plain command sends. */
const plainMessage = {
  id: 'command-1',
  language: 'bash',
  code: 'true',
  timeoutMs: 30_000,
  encoding: 'utf8',
  stream: false,
};

/** One message to the thread, and the one that it answers. */
export const messageAndBack = (thread: Worker): Promise<void> =>
  new Promise((resolve) => {
    thread.once('message', () => resolve());
    thread.postMessage(plainMessage);
  });

export const threadedLoop = (language: Language, trips: Trips): Subject =>
  loopSubject('the same, behind a worker thread', 'reference', trips, () => open(language));

const open = async (language: Language): Promise<LiveLoop> => {
  const thread = new Worker(builtProbe('loop-thread'), { workerData: language });
  await once(thread, 'message');
  return {
    run: () => messageAndBack(thread),
    async close() {
      thread.postMessage('close');
      await once(thread, 'exit');
    },
  };
};
