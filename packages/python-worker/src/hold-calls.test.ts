import type { KernelApi, RunReply, RunRequest } from '@holdfast/protocol';
import { expect, it } from 'vitest';
import { holdCallsWhileRunning } from './hold-calls.ts';

it('sends other calls only after a run has been answered, in order', async () => {
  const sent: string[] = [];
  const answers: ((reply: RunReply) => void)[] = [];
  const note =
    (name: string): (() => Promise<never>) =>
    () => {
      sent.push(name);
      return new Promise(() => undefined);
    };
  const kernel: KernelApi = {
    hello: note('hello'),
    run: ({ code }) => {
      sent.push(`run ${code}`);
      return new Promise((resolve) => answers.push(resolve));
    },
    describe: note('describe'),
    getContext: note('getContext'),
    setContext: note('setContext'),
    interrupt: note('interrupt'),
    shutdown: note('shutdown'),
  };
  const held = holdCallsWhileRunning(kernel);
  const run = (code: string): Promise<RunReply> => held.run({ code } as RunRequest);
  const answer = (reply: RunReply): void => answers.shift()?.(reply);

  void held.describe();
  const first = run('a');
  void held.getContext();
  const second = run('b');
  void held.shutdown();
  expect(sent).toEqual(['describe', 'run a']);
  answer({ exitCode: 1 });
  expect(await first).toEqual({ exitCode: 1 });
  expect(sent).toEqual(['describe', 'run a', 'getContext', 'run b']);
  answer({ exitCode: 2 });
  expect(await second).toEqual({ exitCode: 2 });
  expect(sent).toEqual(['describe', 'run a', 'getContext', 'run b', 'shutdown']);
});
