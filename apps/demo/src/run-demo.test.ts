import { expect, test } from 'vitest';
import type { DemoEvent } from './demo-event.ts';
import { plainFace } from './face/plain.ts';
import { type DemoReport, exitCodeOf } from './report.ts';
import { runDemo } from './run-demo.ts';
import type { Scenario } from './scenarios/scenario.ts';

const play = async (scenario: Partial<Scenario>, limitMs?: number): Promise<[DemoReport, string]> => {
  let text = '';
  const face = plainFace((more) => {
    text += more;
  });
  const report = await runDemo({
    scenarios: [{ name: 'test', language: 'bash', proves: 'nothing', steps: [], ...scenario }],
    paceMs: 0,
    emit: face.take,
    signal: new AbortController().signal,
    ...(limitMs === undefined ? {} : { limitMs }),
  });
  return [report, text];
};

test('a value that does not hold fails the demo, and what follows it is not run', async () => {
  const [report, text] = await play({
    steps: [
      { code: 'kept=1; echo oops >&2' },
      { code: 'echo "$kept"', expect: { stdout: '2\n' } },
      { code: 'echo never' },
    ],
  });
  expect(exitCodeOf(report)).toBe(1);
  expect(report.scenarios[0]?.error).toBe('broke off after step 2 of 3');
  expect(report.scenarios[0]?.steps.map(({ code }) => code)).not.toContain('echo never');
  const id = report.scenarios[0]?.steps[1]?.commandId;
  expect(text).toContain(
    [
      `  session test, step 2 (bash, ${id}):`,
      '    $ echo "$kept"',
      '    stdout: expected "2\\n", got "1\\n"',
      '',
    ].join('\n'),
  );
});

test('state that is lost fails the demo although the command before it succeeded', async () => {
  const [report] = await play({ steps: [{ code: 'kill -KILL $$', expect: { signal: 'SIGKILL' } }] });
  expect(exitCodeOf(report)).toBe(1);
  expect(report.scenarios[0]?.steps[0]?.checks.filter(({ held }) => !held)).toEqual([
    { what: 'state', expected: 'kept', actual: 'lost', held: false },
  ]);
});

test('a kernel that had more processes than it should fails the demo', async () => {
  const [report] = await play({ epoch: 2, steps: [{ code: 'true' }] });
  expect(exitCodeOf(report)).toBe(1);
  expect(report.scenarios[0]?.checks[0]).toEqual({
    what: 'epoch of its bash kernel',
    expected: '2',
    actual: '1',
    held: false,
  });
});

test('a demo that hangs is ended, and tells where', async () => {
  const [report, text] = await play(
    { config: { timeoutMs: 0 }, steps: [{ code: 'while :; do :; done' }] },
    2_000,
  );
  expect(exitCodeOf(report)).toBe(1);
  expect(report.stopped).toBe(false);
  expect(text.slice(text.indexOf('\nFAILED'))).toMatch(/ session test.* step 1.*while :; do :; done/s);
});

test('stopped before it began, it opens no session', async () => {
  const events: DemoEvent[] = [];
  const report = await runDemo({
    scenarios: [{ name: 'test', language: 'bash', proves: 'nothing', steps: [] }],
    paceMs: 0,
    emit: (event) => events.push(event),
    signal: AbortSignal.abort(),
  });
  expect(report).toMatchObject({ stopped: true, held: false, scenarios: [] });
  expect(events.map(({ type }) => type)).toEqual(['demo-started', 'demo-finished']);
});
