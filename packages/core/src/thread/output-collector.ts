/** Collects one stream of one command: head and tail in memory, the whole in a file where wanted. */
import { createHeadTailBuffer, type HeadTailBuffer } from './head-tail-buffer.ts';
import { openSpillFile, type SpillFile } from './spill-file.ts';

export interface CollectedOutput {
  bytes: Uint8Array;
  omittedBytes: number;
  /** Present when bytes were omitted and the whole is on disk. */
  spilled: boolean;
}

export interface OutputCollector {
  append(data: Uint8Array): void;
  read(): CollectedOutput;
  close(): void;
}

const nothing: CollectedOutput = { bytes: new Uint8Array(0), omittedBytes: 0, spilled: false };

/** @param spill - folder and file name for the whole, if it does not fit `maxBytes` */
export const createOutputCollector = (
  maxBytes: number,
  spill?: { folder: string; name: string },
): OutputCollector => {
  // Most commands write to one stream, or to none.
  let buffer: HeadTailBuffer | undefined;
  let file: SpillFile | undefined;
  return {
    append(data) {
      buffer ??= createHeadTailBuffer(maxBytes);
      if (spill && !file && buffer.totalBytes + data.length > maxBytes) {
        file = openSpillFile(spill.folder, spill.name);
        // Nothing was dropped so far: the buffer still holds all that came before.
        file.append(buffer.read().bytes);
      }
      file?.append(data);
      buffer.append(data);
    },
    read: () =>
      buffer ? { ...buffer.read(), spilled: file !== undefined && file.error === undefined } : nothing,
    close: () => file?.close(),
  };
};
