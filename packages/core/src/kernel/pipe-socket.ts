/** Reads a pipe with the event loop, without a stream's machinery: bytes go straight to a callback. */
import { Socket, type SocketConstructorOpts } from 'node:net';

/** Documented for `net.connect`, and honoured by the constructor too; the types know only the former. */
interface ReadOptions extends SocketConstructorOpts {
  onread: { buffer: Uint8Array; callback(length: number): boolean };
}

/**
 * Takes ownership of `fd` and begins to read.
 *
 * @param buffer - every read lands here; it may be shared, its bytes are valid during the callback only
 * @param onRead - returns whether to go on reading
 */
export const readPipe = (fd: number, buffer: Uint8Array, onRead: (length: number) => boolean): Socket => {
  const options: ReadOptions = { fd, readable: true, writable: false, onread: { buffer, callback: onRead } };
  const socket = new Socket(options);
  // A reader that is told of nothing but data and the end: errors close the socket, which is an end.
  socket.on('error', () => undefined);
  return socket;
};

/** Takes ownership of `fd`. What the pipe does not take at once waits in the socket. */
export const writePipe = (fd: number): Socket => {
  const socket = new Socket({ fd, readable: false, writable: true });
  // This side holds the pipe's read end, so a write fails only while the thread ends.
  socket.on('error', () => undefined);
  return socket;
};
