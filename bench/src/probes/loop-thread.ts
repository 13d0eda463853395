/** A worker thread that drives the capturing loop: a command for every message, which it sends back. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Language } from 'holdfast';
import { openCapturing } from '../subjects/capturing-loop.ts';

const loop = await openCapturing(workerData as Language);
parentPort?.on('message', async (message: unknown) => {
  if (message === 'close') {
    await loop.close();
    parentPort?.close();
    return;
  }
  await loop.run();
  parentPort?.postMessage(message);
});
parentPort?.postMessage('up');
