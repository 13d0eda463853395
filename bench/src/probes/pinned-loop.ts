/** The bare loop in a process of its own, which `taskset` holds to one core: a round for every line on stdin. */
import { createInterface } from 'node:readline';
import type { Language } from 'holdfast';
import { bareLoops, loopSubject, openLoop } from '../subjects/bare-loop.ts';

const [language = 'bash', trips, warmUpTrips, core = '0'] = process.argv.slice(2);
const loop = bareLoops[language as Language];
const pinned = { ...loop, file: 'taskset', args: ['-c', core, loop.file, ...loop.args] };
const subject = loopSubject(
  'pinned',
  'floor',
  { trips: Number(trips), warmUpTrips: Number(warmUpTrips) },
  () => openLoop(pinned),
);

await subject.open();
for await (const _ of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await subject.round())}\n`);
}
await subject.close();
