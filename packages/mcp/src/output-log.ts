/** The last part of a text that is still growing, with what is needed to number its lines and bytes. */

export interface OutputLog {
  push(text: string): void;
  /** Held at present. */
  readonly characters: number;
  /** `dropped…`: what was before `text` and is not kept. */
  read(): { text: string; droppedLines: number; droppedBytes: number };
}

const defaultCapacity = 4 * 1_048_576;

/** @param capacity - characters kept at least; up to twice as many are held */
export const createOutputLog = (capacity = defaultCapacity): OutputLog => {
  let text = '';
  let droppedLines = 0;
  let droppedBytes = 0;
  const dropTo = (length: number): void => {
    // Whole lines only, so that line numbers stay true; a line without end goes where it must.
    const newline = text.indexOf('\n', text.length - length - 1);
    const cut = newline === -1 ? text.length - length : newline + 1;
    const front = text.slice(0, cut);
    droppedLines += countNewlines(front);
    droppedBytes += Buffer.byteLength(front);
    text = text.slice(cut);
  };
  return {
    get characters() {
      return text.length;
    },
    push(more) {
      text += more;
      if (text.length > 2 * capacity) dropTo(capacity);
    },
    read: () => ({ text, droppedLines, droppedBytes }),
  };
};

const countNewlines = (text: string): number => text.split('\n').length - 1;
