/** The floor of a new session: an empty worker thread comes up, then a bare kernel to its first answer. */
import { Worker } from 'node:worker_threads';
import type { Language } from 'holdfast';
import { timeEach, timeOnce } from '../measure.ts';
import type { Subject } from '../subject.ts';
import { bareLoops, type LiveLoop, openLoop } from './bare-loop.ts';

/** An empty thread and a bare kernel, both up. */
export interface BareStart {
  loop: LiveLoop;
  close(): Promise<void>;
}

export const bareStart = (language: Language, count: number): Subject => {
  const open: BareStart[] = [];
  return {
    name: `empty thread, then bare ${language}`,
    role: 'floor',
    open: async () => undefined,
    round: () => timeEach(count, async () => void open.push(await startBare(language))),
    async close() {
      for (const one of open) await one.close();
    },
  };
};

export const startBare = async (language: Language): Promise<BareStart> => {
  const thread = await startEmptyThread();
  const loop = await openLoop(bareLoops[language]);
  await loop.run();
  return {
    loop,
    async close() {
      await loop.close();
      await thread.terminate();
    },
  };
};

/** The part of a reset that nothing makes shorter: the end of the old process, from SIGKILL to Node's word of it. */
export const killedKernel = (language: Language, count: number): Subject => ({
  name: `bare ${language}, from SIGKILL until it is gone`,
  role: 'reference',
  inProcess: false,
  open: async () => undefined,
  async round() {
    const times: number[] = [];
    while (times.length < count) {
      const loop = await openLoop(bareLoops[language]);
      await loop.run();
      times.push(await timeOnce(() => loop.close()));
    }
    return times;
  },
  close: async () => undefined,
});

const emptyThread = `const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => parentPort.postMessage(message));
parentPort.postMessage('up');`;

/** It answers what it is sent. */
export const startEmptyThread = (): Promise<Worker> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(emptyThread, { eval: true });
    thread.once('message', () => resolve(thread));
    thread.once('error', reject);
  });
