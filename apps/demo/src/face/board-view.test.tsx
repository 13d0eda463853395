import type { SessionId } from 'holdfast';
import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import { type Board, emptyBoard, reduceBoard } from '../board.ts';
import type { DemoEvent } from '../demo-event.ts';
import { allScenarios } from '../scenarios/all-scenarios.ts';
import { BoardView } from './board-view.tsx';
import { createTheme } from './theme.ts';

const scenarios = allScenarios(0).map(({ name, language, steps }) => ({
  name,
  language,
  steps: steps.length,
}));

/** Every session with long code, a long queue and long output, and a log that is longer than any screen. */
const fullBoard = (): Board => {
  const events: DemoEvent[] = [{ type: 'demo-started', scenarios }];
  for (const { name: workspaceId, language } of scenarios) {
    const sessionId = `sess_${workspaceId}` as SessionId;
    events.push(
      { type: 'thread-started', sessionId, workspaceId, threadId: 12 },
      { type: 'step-started', workspaceId, step: 1, language, label: `echo ${'word '.repeat(40)}` },
      { type: 'queue', workspaceId, length: 1_000 },
      { type: 'output', workspaceId, stream: 'stdout', data: `\u001b[31m${'宽'.repeat(100)}\u001b[0m\r\n` },
    );
    for (let seq = 1; seq <= 10; seq += 1) {
      const record = {
        seq,
        at: seq,
        sessionId,
        actor: 'session',
        event: 'EXEC',
        from: 'idle',
        to: 'busy.running',
      } as const;
      events.push({ type: 'inspection', workspaceId, record });
    }
  }
  return events.reduce(reduceBoard, emptyBoard);
};

const draw = (columns: number, rows: number): string[] =>
  renderToString(
    <BoardView
      board={fullBoard()}
      size={{ columns, rows }}
      theme={createTheme({ NO_COLOR: '1' })}
      startedAt={0}
      now={4_200}
    />,
    { columns },
  ).split('\n');

test.each([
  [200, 60],
  [120, 40],
  [100, 30],
  [80, 24],
  [60, 18],
  [40, 14],
])('%d × %d: all sessions fit, with a line to spare for the cursor', (columns, rows) => {
  const lines = draw(columns, rows);
  expect(lines.length).toBeLessThan(rows);
  for (const { name } of scenarios)
    expect(lines.filter((line) => line.includes(name)).length).toBeGreaterThan(0);
  for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
});

test('a terminal too low for all sessions shows as many as it can', () => {
  expect(draw(80, 8).length).toBeLessThan(8);
});

test('a card tells state, queue, command, output and place', () => {
  const lines = draw(120, 40).slice(1, 6);
  const card = lines.map((line) => line.slice(0, line.indexOf('│', 2) + 1 || 40));
  expect(card[0]?.slice(0, 40)).toBe('╭─ git ────────────── bash, thread 12 ─╮');
  expect(card[1]).toBe('│ ● busy.running     ▮▮▮▮▮▮ queue 1000 │');
  expect(card[2]).toBe('│ $ echo word word word word word wo…  │');
  expect(card[3]).toBe(`│ ${'宽'.repeat(17)}…  │`);
  expect(card[4]).toBe('│ ▸········ 0/9                epoch 1 │');
});

/** Columns: the one wide character that is used here takes two. */
const widthOf = (line: string): number => line.length + line.split('宽').length - 1;
