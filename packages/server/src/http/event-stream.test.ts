/** Server-sent events over a real connection whose reader takes its time. */
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { sendEvents } from './event-stream.ts';

it('a stream with an end comes to it, although the daemon leaves while its reader has not read on', async () => {
  const closing = new AbortController();
  // More than fits into the buffers on the way.
  const size = 32 * 1024 * 1024;
  const server = createServer((_request, response) => {
    void sendEvents(
      response,
      async function* ({ over }) {
        yield { event: 'output', data: 'x'.repeat(size) };
        yield { event: 'result', data: { isLeaving: over.aborted } };
      },
      closing.signal,
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sending = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  closing.abort();
  let length = 0;
  let tail = '';
  for await (const piece of response.setEncoding('utf8')) {
    length += piece.length;
    tail = `${tail}${piece}`.slice(-100);
  }
  expect(length).toBeGreaterThan(size);
  expect(tail).toMatch(/event: result\ndata: \{"isLeaving":true\}\n\n$/);
  server.close();
});
