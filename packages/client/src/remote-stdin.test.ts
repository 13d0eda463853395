/** Input that could not be sent, against a server that hangs up. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createConnection } from './connection.ts';
import { createRemoteStdin } from './remote-stdin.ts';

it('goes with the next, in its place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-client-'));
  const socketPath = join(folder, 'd.sock');
  const server = createServer().listen(socketPath);
  await once(server, 'listening');
  const connection = createConnection({ socketPath, reconnectMs: 0 });
  const stdin = createRemoteStdin(
    connection,
    () => ({ session: 's', command: 'cmd_00000000000000000000' }),
    Promise.resolve(),
  );
  try {
    stdin.write(Buffer.from('first '));
    const [refused] = (await once(server, 'request')) as [IncomingMessage];
    refused.destroy();
    stdin.write(Buffer.from('second'));
    stdin.end();
    const [request, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    response.end('{"written":12}');
    expect([request.url?.split('?')[1], text]).toEqual(['offset=0&end=true', 'first second']);
  } finally {
    connection.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
