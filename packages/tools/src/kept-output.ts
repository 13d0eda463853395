/** Where the whole of an output is, and its text without secrets. */
import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import type { Redactor } from './redactor.ts';

/** One stream of one command. */
export interface KeptOutput {
  /** What is in memory: all of it, or head and tail. */
  text: string;
  /** Missing from the middle of `text`. */
  omittedBytes: number;
  /** File with the whole, if there is one. */
  file?: string;
}

/** The same output, the file only where it can be read and is needed. */
export const locateOutput = async ({ text, omittedBytes, file }: KeptOutput): Promise<KeptOutput> => {
  if (omittedBytes === 0 || file === undefined) return { text, omittedBytes };
  // A session of another machine names files of that machine.
  const isReadable = await access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
  return isReadable ? { text, omittedBytes, file } : { text, omittedBytes };
};

/** Pieces of a located output in order; no piece ends within a character. */
export async function* readKeptOutput(output: KeptOutput, redactor: Redactor): AsyncGenerator<string> {
  if (output.file !== undefined) {
    const stream = redactor.stream();
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    for await (const chunk of createReadStream(output.file, { highWaterMark: 262_144 })) {
      yield stream.push(decoder.decode(chunk as Buffer, { stream: true }));
    }
    yield stream.push(decoder.decode()) + stream.end();
  } else if (output.omittedBytes > 0) {
    yield* readHeadAndTail(output, redactor);
  } else {
    yield redactor.redact(output.text);
  }
}

/** Head and tail are equally long; where exactly they meet nobody has said. */
function* readHeadAndTail({ text, omittedBytes }: KeptOutput, redactor: Redactor): Generator<string> {
  const bytes = Buffer.from(text);
  const middle = bytes.length >> 1;
  const head = bytes
    .subarray(0, Math.max(0, middle - seam))
    .toString()
    .replace(/\ufffd+$/, '');
  const tail = bytes
    .subarray(middle + seam)
    .toString()
    .replace(/^\ufffd+/, '');
  const missing = omittedBytes + bytes.length - Buffer.byteLength(head) - Buffer.byteLength(tail);
  const gap = head === '' || head.endsWith('\n') ? '' : '\n';
  yield redactor.redactPiece(head, { end: true });
  yield `${gap}[… ${missing} bytes were not kept]\n`;
  yield redactor.redactPiece(tail, { start: true });
}

// Each half may be up to three bytes shorter, where a character would have been torn.
const seam = 4;
