import type { SessionId } from 'holdfast';
import { expect, test } from 'vitest';
import { type Board, emptyBoard, reduceBoard, type SessionPanel } from './board.ts';
import type { DemoEvent } from './demo-event.ts';

const workspaceId = 'git';
const sessionId = 'sess_test' as SessionId;
const base = { workspaceId, sessionId };

const started: DemoEvent = {
  type: 'demo-started',
  scenarios: [
    { name: 'git', language: 'bash', steps: 3 },
    { name: 'other', language: 'node', steps: 1 },
  ],
};

const record = (
  seq: number,
  at: number,
  from: string,
  to: string,
  actor: 'session' | 'kernel:bash' = 'session',
) =>
  ({
    type: 'inspection',
    workspaceId,
    record: { seq, at, sessionId, actor, event: 'EXEC', from, to },
  }) as const;

const boardAfter = (...events: DemoEvent[]): Board => [started, ...events].reduce(reduceBoard, emptyBoard);
const panelAfter = (...events: DemoEvent[]): SessionPanel | undefined => boardAfter(...events).sessions[0];

test('a session begins as spawning, with all its steps before it', () => {
  expect(panelAfter()).toMatchObject({
    status: 'spawning',
    steps: ['waiting', 'waiting', 'waiting'],
    outcome: 'open',
  });
});

test('states come from the records, nested ones in full', () => {
  expect(panelAfter(record(1, 1, 'idle', 'busy.running'))).toMatchObject({
    status: 'busy',
    state: 'busy.running',
  });
  expect(panelAfter({ ...base, type: 'session-terminated', reason: 'requested' })).toMatchObject({
    status: 'terminated',
    state: 'terminated',
  });
});

test('the log is in the order of time, and leaves out what mirrors the session', () => {
  const { log } = boardAfter(
    record(1, 30, 'idle', 'busy.running'),
    record(2, 10, 'spawning.first', 'idle'),
    record(3, 31, 'ready', 'running', 'kernel:bash'),
    record(4, 32, 'running', 'dead', 'kernel:bash'),
  );
  expect(log.map(({ at, to }) => [at, to])).toEqual([
    [10, 'idle'],
    [30, 'busy.running'],
    [32, 'dead'],
  ]);
});

test('output is shown by its last line, without what would disturb the screen', () => {
  const output = (data: string): DemoEvent => ({ type: 'output', workspaceId, stream: 'stdout', data });
  expect(panelAfter(output('one\n\u001b[31mtwo\u001b[0m\u0007\n\n'))?.lastOutput).toBe('two');
  expect(panelAfter(output('one\n'), output('\n'))?.lastOutput).toBe('one');
});

test('a step is marked once all of its commands are over', () => {
  const report = {
    step: 1,
    language: 'bash',
    code: 'link 1',
    durationMs: 4,
    shown: '1',
    stderr: '',
  } as const;
  const held = { what: 'ending', expected: 'exit code 0', actual: 'exit code 0', held: true };
  const failed = { ...held, actual: 'exit code 1', held: false };
  const events: DemoEvent[] = [
    { type: 'step-started', workspaceId, step: 1, language: 'bash', label: '2 commands at once' },
    { type: 'step-reported', workspaceId, report: { ...report, checks: [held] } },
    { type: 'step-reported', workspaceId, report: { ...report, checks: [held, failed] } },
  ];
  const before = boardAfter(...events);
  expect(before).toMatchObject({ checksHeld: 2, checksFailed: 1 });
  expect(before.sessions[0]).toMatchObject({
    steps: ['running', 'waiting', 'waiting'],
    lastOutput: '1',
    durationMs: 4,
  });
  const after = panelAfter(...events, { type: 'step-finished', workspaceId, step: 1, held: false });
  expect(after?.steps).toEqual(['failed', 'waiting', 'waiting']);
});

test('an event of one session leaves the others as they are', () => {
  const before = boardAfter();
  expect(reduceBoard(before, record(1, 1, 'idle', 'busy.running')).sessions[1]).toBe(before.sessions[1]);
});
