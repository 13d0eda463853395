/** Lines of text from a stream, without the machinery of `node:readline`, which a session thread does not load otherwise. */
import type { Socket } from 'node:net';

export const onLines = (socket: Socket, onLine: (line: string) => void): void => {
  let begun = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (begun + text).split('\n');
    begun = lines.pop() as string;
    lines.forEach(onLine);
  });
};
