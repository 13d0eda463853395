/** For people: a live board that adapts to its terminal, then the summary below it. */
import { type Instance, render, renderToString, useInput } from 'ink';
import type { ReactElement } from 'react';
import { type Board, emptyBoard, reduceBoard } from '../board.ts';
import { BoardView } from './board-view.tsx';
import type { Face } from './face.ts';
import type { Size } from './layout.ts';
import { SummaryView } from './summary-view.tsx';
import { createTheme } from './theme.ts';

export interface TerminalFaceOptions {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
  /** The user pressed Ctrl-C or q. */
  onStop(): void;
}

const frameMs = 80;
/** The sessions' work comes first: of one core, the board takes no more than a quarter. */
const restPerDraw = 3;

export const terminalFace = ({ stdin, stdout, env, onStop }: TerminalFaceOptions): Face => {
  const theme = createTheme(env);
  const startedAt = Date.now();
  let board: Board = emptyBoard;
  let isOpen = true;

  const frame = (): ReactElement => (
    <>
      {/* In raw mode keys are not echoed into the board, and Ctrl-C arrives as a key. */}
      {stdin.isTTY && <Keys onStop={onStop} />}
      <BoardView board={board} size={sizeOf(stdout)} theme={theme} startedAt={startedAt} now={Date.now()} />
    </>
  );
  const screen: Instance = render(frame(), { stdin, stdout, exitOnCtrlC: false, patchConsole: false });
  const draw = (): void => screen.rerender(frame());
  // The clock moves even while nothing happens. Events alone would draw far more often than anyone sees.
  const keepDrawing = (): void => {
    const startedDrawing = performance.now();
    draw();
    const took = performance.now() - startedDrawing;
    timer = setTimeout(keepDrawing, Math.max(frameMs, took * restPerDraw));
  };
  let timer = setTimeout(keepDrawing, 0);
  stdout.on('resize', draw);

  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    clearTimeout(timer);
    stdout.off('resize', draw);
    draw();
    screen.unmount();
  };
  return {
    take(event) {
      board = reduceBoard(board, event);
      if (event.type !== 'demo-finished') return;
      close();
      const { columns } = sizeOf(stdout);
      stdout.write(`\n${renderToString(<SummaryView report={event.report} theme={theme} />, { columns })}\n`);
    },
    close,
  };
};

function Keys({ onStop }: { onStop(): void }): null {
  useInput((input, key) => {
    if (input === 'q' || (key.ctrl && input === 'c')) onStop();
  });
  return null;
}

const sizeOf = ({ columns, rows }: NodeJS.WriteStream): Size => ({
  columns: columns || 80,
  rows: rows || 24,
});
