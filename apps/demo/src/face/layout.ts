/** How much of the board fits into a terminal, and in what shape. */

export interface Layout {
  /** Cards side by side, or one below the other in one or two lines each. */
  shape: 'cards' | 'two-lines' | 'one-line';
  perRow: number;
  /** Of a card or a line. */
  width: number;
  /** Sessions that there is room for. */
  shown: number;
  logLines: number;
}

export interface Size {
  columns: number;
  rows: number;
}

/** Lines of a card with its border. */
const cardHeight = 6;
const leastCardWidth = 38;
const mostCardsPerRow = 3;
/** Title, heading of the log, and the line that the cursor is left on: a full screen would flicker. */
const fixedLines = 3;
const leastLogLines = 2;
const mostLogLines = 14;

export const chooseLayout = ({ columns, rows }: Size, sessions: number): Layout => {
  const room = Math.max(1, rows - fixedLines);
  const logFor = (lines: number): number => Math.max(0, Math.min(mostLogLines, room - lines));
  const perRow = Math.max(1, Math.min(mostCardsPerRow, sessions, Math.floor(columns / leastCardWidth)));
  const cardLines = Math.ceil(sessions / perRow) * cardHeight;
  if (perRow > 1 && cardLines + leastLogLines <= room) {
    const width = Math.floor(columns / perRow);
    return { shape: 'cards', perRow, width, shown: sessions, logLines: logFor(cardLines) };
  }
  const shape = sessions * 2 + leastLogLines <= room ? 'two-lines' : 'one-line';
  const shown = Math.min(sessions, room);
  const lines = shape === 'two-lines' ? sessions * 2 : shown;
  return { shape, perRow: 1, width: columns, shown, logLines: logFor(lines) };
};
