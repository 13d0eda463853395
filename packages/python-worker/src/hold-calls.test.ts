import { expect, it } from 'vitest';
import { holdCallsWhileRunning } from './hold-calls.ts';

it('sends other calls only after a run has been answered, in order', () => {
  const sent: string[] = [];
  let answer: (event: { data: { id: string } }) => void = () => undefined;
  const endpoint = holdCallsWhileRunning({
    postMessage: ({ id }: { id: string }) => void sent.push(id),
    addEventListener: (_type: string, listener: typeof answer) => {
      answer = listener;
    },
    removeEventListener: () => undefined,
  });
  const call = (id: string, path: string): void => endpoint.postMessage({ id, type: 'APPLY', path: [path] });
  call('a', 'describe');
  call('b', 'run');
  call('c', 'describe');
  call('d', 'run');
  call('e', 'shutdown');
  expect(sent).toEqual(['a', 'b']);
  answer({ data: { id: 'a' } });
  expect(sent).toEqual(['a', 'b']);
  answer({ data: { id: 'b' } });
  expect(sent).toEqual(['a', 'b', 'c', 'd']);
  answer({ data: { id: 'd' } });
  expect(sent).toEqual(['a', 'b', 'c', 'd', 'e']);
});
