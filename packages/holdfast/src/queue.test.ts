/** Random commands, cancels, interrupts and resets on a live session: every answer, once, in order. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { type CommandId, createSessionManager, type RuntimeSession } from './index.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

/** Commands that run, as the events say. The manager's listener is there before a session: it misses no start. */
const running = new Set<CommandId>();
const starts = new Set<() => void>();
manager.subscribe((event) => {
  if (event.type === 'command-finished') running.delete(event.commandId);
  if (event.type !== 'command-started') return;
  running.add(event.commandId);
  for (const tell of starts) tell();
  starts.clear();
});

/** What comes in the tick of an exec overtakes it, and meets a session that knows nothing of the command. */
type When = 'at once' | 'sent' | 'a turn later' | 'one runs';

type Action =
  | { do: 'exec'; takes: 'no time' | 'some time' | 'for ever' }
  | { do: 'cancel'; when: When; which: number }
  | { do: 'interrupt'; when: When }
  | { do: 'reset'; when: When };

const when = fc.constantFrom<When>('at once', 'sent', 'a turn later', 'one runs');
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('exec' as const),
      takes: fc.constantFrom('no time' as const, 'some time' as const, 'for ever' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), when, which: fc.nat(30) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('interrupt' as const), when }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), when }) },
);

const before = { 'no time': '', 'some time': 'sleep 0.02; ', 'for ever': 'sleep 4900; ' };

interface Sent {
  number: number;
  takes: keyof typeof before;
  controller: AbortController;
  answers: string[];
}

const perform = async (
  session: RuntimeSession,
  actions: Action[],
): Promise<{ sent: Sent[]; order: number[] }> => {
  running.clear();
  const sent: Sent[] = [];
  const order: number[] = [];
  const answered: Promise<unknown>[] = [];
  const asked: Promise<unknown>[] = [];
  const exec = (takes: Sent['takes']): void => {
    const one: Sent = { number: sent.length, takes, controller: new AbortController(), answers: [] };
    sent.push(one);
    const { signal } = one.controller;
    const execution = session.exec(`${before[takes]}echo ${one.number}`, { signal, timeoutMs: 0 });
    answered.push(
      Promise.resolve(execution).then(
        ({ stdout, success }) => {
          order.push(one.number);
          one.answers.push(success ? stdout : 'stopped');
        },
        (error: { code?: string }) => one.answers.push(error.code ?? 'untyped'),
      ),
    );
  };
  const waitUntil = async (moment: When): Promise<void> => {
    if (moment === 'sent') await Promise.resolve();
    else if (moment === 'a turn later') await nextTurn();
    else if (moment === 'one runs' && running.size === 0) {
      await Promise.race([new Promise<void>((resolve) => starts.add(resolve)), Promise.all(answered)]);
    }
  };
  for (const step of actions) {
    if (step.do === 'exec') {
      exec(step.takes);
      continue;
    }
    await waitUntil(step.when);
    if (step.do === 'cancel') sent[step.which]?.controller.abort();
    else if (step.do === 'interrupt') asked.push(session.interrupt());
    else asked.push(session.reset());
  }
  // What nobody has stopped would hold up the rest.
  for (const { takes, controller } of sent) if (takes === 'for ever') controller.abort();
  await Promise.all([...answered, ...asked]);
  return { sent, order };
};

// That the property below is about commands that run, and not only about those that never got so far.
it.each<[does: string, action: Action, answers: string[]]>([
  ['an interrupt', { do: 'interrupt', when: 'one runs' }, ['stopped', '1\n']],
  ['a cancel', { do: 'cancel', when: 'one runs', which: 0 }, ['COMMAND_CANCELLED', '1\n']],
  ['a reset', { do: 'reset', when: 'one runs' }, ['stopped', 'COMMAND_CANCELLED']],
])('%s meets the command that runs', async (does, action, answers) => {
  const session = manager.getOrCreateSession(does);
  const queued: Action[] = [
    { do: 'exec', takes: 'for ever' },
    { do: 'exec', takes: 'no time' },
  ];
  const { sent } = await perform(session, [...queued, action]);
  expect(sent.map((one) => one.answers)).toEqual(answers.map((answer) => [answer]));
  await session.terminate();
});

it('answers every command exactly once, and runs them in order', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 25 }), async (actions) => {
      round += 1;
      const session = manager.getOrCreateSession(`round-${round}`);
      const { sent, order } = await perform(session, actions);
      for (const { number, takes, answers } of sent) {
        expect(answers).toHaveLength(1);
        const ended = takes === 'for ever' ? [] : [`${number}\n`];
        expect([...ended, 'stopped', 'COMMAND_CANCELLED']).toContain(answers[0]);
      }
      expect(order).toEqual([...order].sort((a, b) => a - b));
      expect(await session.exec('echo alive')).toMatchObject({ stdout: 'alive\n', success: true });
      await session.terminate();
    }),
    { numRuns: 25 },
  );
}, 120_000);
