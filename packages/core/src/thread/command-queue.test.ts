import type { CommandId } from '@holdfast/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCommandQueue } from './command-queue.ts';

const id = (number: number): CommandId => `cmd_${number}` as CommandId;

type Step = { do: 'add' } | { do: 'next' } | { do: 'drop'; which: number } | { do: 'dropAll' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'add' }) },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'next' }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop' as const), which: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'dropAll' }) },
);

describe('command queue', () => {
  it('behaves as a bounded list: in order, each exactly once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.nat(12), (steps, maxQueue) => {
        const queue = createCommandQueue<{ id: CommandId }>(maxQueue);
        let model: CommandId[] = [];
        let made = 0;
        for (const action of steps) {
          if (action.do === 'add') {
            const item = { id: id(++made) };
            expect(queue.add(item)).toBe(model.length < maxQueue);
            if (model.length < maxQueue) model.push(item.id);
          } else if (action.do === 'next') {
            expect(queue.next()?.id).toBe(model.shift());
          } else if (action.do === 'drop') {
            const wanted = id(action.which);
            const known = model.includes(wanted);
            expect(queue.drop(wanted)?.id).toBe(known ? wanted : undefined);
            model = model.filter((other) => other !== wanted);
          } else {
            expect(queue.dropAll().map((item) => item.id)).toEqual(model);
            model = [];
          }
          expect(queue.length).toBe(model.length);
          expect(queue.isFull).toBe(model.length >= maxQueue);
        }
      }),
    );
  });
});
