/** Node's queues, whose work is ended at the points where the kernel's guard may end it. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const kernelFile = (name: string): string => fileURLToPath(new URL(`../kernel/${name}`, import.meta.url));

/** Runs in a process of its own: `run` is the guard, `ended` stands for SIGINT. */
const play = (script: string): (number | string)[] => {
  const setUp = `
    const { takeInternals } = require(${JSON.stringify(kernelFile('node-internals.cjs'))});
    const { createEventQueues } = require(${JSON.stringify(kernelFile('event-queues.cjs'))});
    const internals = takeInternals();
    const ended = new Error('ended');
    let endsBefore = false;
    const run = (task) => {
      try {
        if (endsBefore) { endsBefore = false; throw ended; }
        task();
        return true;
      } catch (error) {
        if (error !== ended) throw error;
        queues.restore();
        internals.asyncWrap.clearAsyncIdStack();
        return false;
      }
    };
    const queues = createEventQueues({ internals, tick: process._tickCallback }, run);
    internals.timers.setupTimers(queues.runImmediates, queues.runTimers);
    const seen = [];
    process.on('exit', () => console.log(JSON.stringify(seen)));
  `;
  const args = ['--expose-internals', '-e', `${setUp}\n${script}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 10_000 }));
};

it('runs each immediate once when it was ended before it took the first', () => {
  expect(
    play(`for (const n of [1, 2, 3]) setImmediate(() => seen.push(n));
      endsBefore = true;`),
  ).toEqual([1, 2, 3]);
});

it('drops the immediate that was ended, and none of the others', () => {
  expect(
    play(`setImmediate(() => seen.push(1));
      setImmediate(() => { setImmediate(() => seen.push(4)); seen.push(2); throw ended; });
      setImmediate(() => seen.push(3));`),
  ).toEqual([1, 2, 3, 4]);
});

it('keeps what an uncaught error left, when the next thing is ended', () => {
  expect(
    play(`process.on('uncaughtException', ({ message }) => { seen.push(message); });
      setImmediate(() => { throw new Error('thrown'); });
      setImmediate(() => { seen.push(1); throw ended; });
      setImmediate(() => seen.push(2));`),
  ).toEqual(['thrown', 1, 2]);
});

it('drops the timer that was ended, and none of the others', () => {
  expect(
    play(`setTimeout(() => { seen.push(1); throw ended; }, 1);
      setTimeout(() => seen.push(2), 1);
      setTimeout(() => seen.push(3), 20);`),
  ).toEqual([1, 2, 3]);
});

it('finds a timer that never got into the queue', () => {
  const seen = play(`setTimeout(() => seen.push(1), 5);
    internals.timerLists.timerListQueue.shift();
    endsBefore = true;
    setImmediate(() => seen.push(2));`);
  expect(seen.toSorted()).toEqual([1, 2]);
});
