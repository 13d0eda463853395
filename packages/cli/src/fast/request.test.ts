/** A connection that is opened ahead, and is gone when it is needed. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DaemonDownError, openConnection, send } from './request.ts';

let folder = '';
let target = { socketPath: '' };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hf-cli-'));
  target = { socketPath: join(folder, 'd.sock') };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const health = { method: 'GET', path: '/healthz' } as const;

it('tells that nobody listens, although that was known before anything was sent', async () => {
  const socket = openConnection(target).ref();
  await new Promise((resolve) => socket.once('close', resolve));
  await expect(send(target, health, socket)).rejects.toBeInstanceOf(DaemonDownError);
});

it('tells the same of a daemon that has hung up by then', async () => {
  const server = createServer((taken) => taken.destroy()).listen(target.socketPath);
  await once(server, 'listening');
  const socket = openConnection(target).ref();
  socket.resume();
  await once(socket, 'close');
  server.close();
  await expect(send(target, health, socket)).rejects.toBeInstanceOf(DaemonDownError);
});
