/** Random commands, cancels, interrupts and resets on a live session: every answer, once, in order. */
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { createSessionManager, type RuntimeSession } from './index.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

type Action =
  | { do: 'exec'; takes: 'no time' | 'some time' }
  | { do: 'cancel'; which: number }
  | { do: 'interrupt' }
  | { do: 'reset' };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('exec' as const),
      takes: fc.constantFrom('no time', 'some time'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'interrupt' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reset' as const }) },
);

interface Sent {
  number: number;
  controller: AbortController;
  answers: string[];
}

const perform = async (
  session: RuntimeSession,
  actions: Action[],
): Promise<{ sent: Sent[]; order: number[] }> => {
  const sent: Sent[] = [];
  const order: number[] = [];
  const pending: Promise<unknown>[] = [];
  for (const step of actions) {
    if (step.do === 'exec') {
      const one: Sent = { number: sent.length, controller: new AbortController(), answers: [] };
      sent.push(one);
      const code = `${step.takes === 'some time' ? 'sleep 0.02; ' : ''}echo ${one.number}`;
      const { signal } = one.controller;
      pending.push(
        Promise.resolve(session.exec(code, { signal })).then(
          ({ stdout, success }) => {
            order.push(one.number);
            one.answers.push(success ? stdout : 'stopped');
          },
          (error: { code?: string }) => one.answers.push(error.code ?? 'untyped'),
        ),
      );
    } else if (step.do === 'cancel') sent[step.which]?.controller.abort();
    else if (step.do === 'interrupt') pending.push(session.interrupt());
    else pending.push(session.reset());
  }
  await Promise.all(pending);
  return { sent, order };
};

it('answers every command exactly once, and runs them in order', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 25 }), async (actions) => {
      round += 1;
      const session = manager.getOrCreateSession(`round-${round}`);
      const { sent, order } = await perform(session, actions);
      for (const { number, answers } of sent) {
        expect(answers).toHaveLength(1);
        expect([`${number}\n`, 'stopped', 'COMMAND_CANCELLED']).toContain(answers[0]);
      }
      expect(order).toEqual([...order].sort((a, b) => a - b));
      expect((await session.exec('echo alive')).stdout).toBe('alive\n');
      await session.terminate();
    }),
    { numRuns: 25 },
  );
}, 120_000);
