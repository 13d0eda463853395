/** Turns a command's bytes into what the caller asked for: text, or the bytes as they are. */
import type { EncodedData, OutputEncoding, OutputStream } from '@holdfast/protocol';
import type { PackedOutput } from '../rpc/command-answer.ts';

export interface OutputDecoder<Data> {
  /** A whole output. */
  decode(data: PackedOutput): Data;
  /** A piece; a character may be torn between two of them. */
  decodeChunk(stream: OutputStream, data: Uint8Array, last: boolean): Data;
}

export const createDecoder = <Encoding extends OutputEncoding>(
  encoding: Encoding | undefined,
): OutputDecoder<EncodedData<Encoding>> =>
  // The one place where the encoding's value decides about the type that goes with it.
  (encoding === 'bytes' ? bytesDecoder : createTextDecoder()) as OutputDecoder<EncodedData<Encoding>>;

const encoder = new TextEncoder();

const bytesDecoder: OutputDecoder<Uint8Array> = {
  decode: (data) => (typeof data === 'string' ? encoder.encode(data) : data),
  decodeChunk: (_stream, data) => data,
};

// A byte order mark is the command's own output and stays in it.
const options = { ignoreBOM: true };
const whole = new TextDecoder('utf-8', options);

const createTextDecoder = (): OutputDecoder<string> => {
  // Only for output that is read as it comes.
  const pieces: Partial<Record<OutputStream, InstanceType<typeof TextDecoder>>> = {};
  return {
    decode: (data) => (typeof data === 'string' ? data : whole.decode(data)),
    decodeChunk(stream, data, last) {
      pieces[stream] ??= new TextDecoder('utf-8', options);
      return pieces[stream].decode(data, { stream: !last });
    },
  };
};
