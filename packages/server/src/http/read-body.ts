/** Reads a request's body, no more of it than is allowed. */
import type { IncomingMessage } from 'node:http';
import { InvalidRequestError } from '@holdfast/protocol';

/** @throws INVALID_REQUEST with `data.tooLarge` as soon as it is known to be too large */
export const readBody = (incoming: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const leave = (): void => {
      incoming.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    };
    const fail = (error: Error): void => {
      leave();
      reject(error);
    };
    const onData = (piece: Buffer): void => {
      size += piece.length;
      if (size > maxBytes) fail(tooLarge(maxBytes));
      else pieces.push(piece);
    };
    const onEnd = (): void => {
      leave();
      resolve(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces));
    };
    const onError = (error: Error): void => fail(cutOff(error));
    const onClose = (): void => fail(cutOff());
    incoming.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
};

const tooLarge = (maxBytes: number): InvalidRequestError =>
  new InvalidRequestError(`The request’s body is larger than ${maxBytes} bytes.`, {
    data: { tooLarge: true, maxBytes },
  });

const cutOff = (cause?: Error): InvalidRequestError =>
  new InvalidRequestError('The request ended before its body did.', cause ? { cause } : {});
