/** Results and errors as JSON. */
import {
  CommandCancelledError,
  HoldfastError,
  httpStatusOf,
  InvalidRequestError,
  type OutputEncoding,
  type OutputMessage,
  type SerialisedError,
  serialiseError,
} from '@holdfast/protocol';
import type { JournalEntry } from '../sessions/output-journal.ts';
import type { BytesResult } from '../sessions/served-command.ts';

export const encodeOutput = (output: BytesResult, encoding: OutputEncoding = 'utf8'): OutputMessage => ({
  ...output,
  stdout: encode(output.stdout, encoding),
  stderr: encode(output.stderr, encoding),
});

export const encodePiece = (
  { stream, data }: JournalEntry,
  encoding: OutputEncoding,
): { stream: string; text?: string; base64?: string } =>
  encoding === 'bytes'
    ? { stream, base64: encode(data, encoding) }
    : { stream, text: encode(data, encoding) };

/** What a client is told: never a stack, and nothing of errors that are our own fault but that they happened. */
export const encodeError = (
  error: unknown,
  encoding: OutputEncoding = 'utf8',
): { status: number; body: { error: SerialisedError } } => {
  if (!(error instanceof HoldfastError)) {
    return {
      status: 500,
      body: { error: { name: 'Error', message: 'The daemon failed. Its log says why.' } },
    };
  }
  const { name, message, code, data } = serialiseError(error);
  const told = error instanceof CommandCancelledError ? withOutput(data ?? {}, encoding) : data;
  return {
    status: statusOf(error),
    body: { error: { name, message, ...(code ? { code } : {}), ...(told ? { data: told } : {}) } },
  };
};

const statusOf = (error: HoldfastError): number => {
  if (error.code === 'ACCESS_REFUSED' && error.data.authenticate) return 401;
  if (error instanceof InvalidRequestError) {
    if (error.data.tooLarge) return 413;
    if (error.data.noSuchRoute) return 404;
  }
  return httpStatusOf[error.code];
};

/** A cancelled command tells what it had written. */
const withOutput = (data: Record<string, unknown>, encoding: OutputEncoding): Record<string, unknown> =>
  data.output ? { ...data, output: encodeOutput(data.output as BytesResult, encoding) } : data;

const encode = (data: Uint8Array, encoding: OutputEncoding): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString(
    encoding === 'bytes' ? 'base64' : 'utf8',
  );
