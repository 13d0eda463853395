/**
 * Draws docs/demo.svg: plays the demo, takes the frames that a terminal would show, and sets them
 * as text, one row at a time, each for as long as it was on the screen.
 *
 * `node apps/demo/scripts/draw-picture.mjs [file]`, after a build.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { drawSvg } from './ansi-to-svg.mjs';

// Colours are decided upon when Ink is loaded; here no terminal tells which ones there are.
process.env.FORCE_COLOR = '3';
process.env.COLORTERM = 'truecolor';
const { renderToString } = await import('ink');
const { createElement } = await import('react');
const { emptyBoard, reduceBoard } = await import('../dist/board.js');
const { BoardView } = await import('../dist/face/board-view.js');
const { SummaryView } = await import('../dist/face/summary-view.js');
const { createTheme } = await import('../dist/face/theme.js');
const { runDemo } = await import('../dist/run-demo.js');
const { allScenarios } = await import('../dist/scenarios/all-scenarios.js');

const size = { columns: 120, rows: 36 };
const paceMs = 650;
const frameMs = 450;
const lastFrameMs = 6_000;

const file = process.argv[2] ?? fileURLToPath(new URL('../../../docs/demo.svg', import.meta.url));
const { frames, report } = await record();
if (!report.held) {
  console.error(`No picture is drawn of a demo that did not hold.\n${frames.at(-1)?.lines.join('\n')}`);
  process.exit(1);
}
await writeFile(
  file,
  drawSvg({
    frames,
    ...size,
    title: 'npm start',
    description: `The demo's board: ${report.scenarios.length} sessions at work, and what was proven.`,
    // Half-way: what is shown where nothing moves.
    poster: Math.floor(frames.length / 2),
  }),
);
console.log(`${file}: ${frames.length} frames`);

/** Frames as lines of text with colours in them, and how long each is shown. */
async function record() {
  const theme = createTheme({});
  const startedAt = Date.now();
  let board = emptyBoard;
  /** @type {{ lines: string[], ms: number }[]} */
  const frames = [];
  const draw = () => {
    const view = createElement(BoardView, { board, size, theme, startedAt, now: Date.now() });
    return renderToString(view, size).split('\n');
  };
  const timer = setInterval(() => frames.push({ lines: draw(), ms: frameMs }), frameMs);
  const report = await runDemo({
    scenarios: allScenarios(paceMs),
    paceMs,
    emit: (event) => {
      board = reduceBoard(board, event);
    },
    signal: new AbortController().signal,
  });
  clearInterval(timer);
  const summary = renderToString(createElement(SummaryView, { report, theme }), size).split('\n');
  // The terminal has scrolled up by then.
  frames.push({ lines: [...draw(), '', ...summary].slice(-size.rows), ms: lastFrameMs });
  return { frames, report };
}
