/** Collects one stream of one command: head and tail in memory, the whole in a file where wanted. */
import { createHeadTailBuffer } from './head-tail-buffer.ts';
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

/** @param spill - folder and file name for the whole, if it does not fit `maxBytes` */
export const createOutputCollector = (
  maxBytes: number,
  spill?: { folder: string; name: string },
): OutputCollector => {
  const buffer = createHeadTailBuffer(maxBytes);
  let file: SpillFile | undefined;
  return {
    append(data) {
      if (spill && !file && buffer.totalBytes + data.length > maxBytes) {
        file = openSpillFile(spill.folder, spill.name);
        // Nothing was dropped so far: the buffer still holds all that came before.
        file.append(buffer.read().bytes);
      }
      file?.append(data);
      buffer.append(data);
    },
    read: () => ({ ...buffer.read(), spilled: file !== undefined && file.error === undefined }),
    close: () => file?.close(),
  };
};
