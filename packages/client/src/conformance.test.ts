/** One suite for managers near and far, and the promises of every language through a daemon. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dialects, driverConformance } from '@holdfast/core/testing';
import { startDaemon } from '@holdfast/server';
import { createSessionManager } from 'holdfast';
import { afterAll, describe, it } from 'vitest';
import { createRemoteSessionManager } from './index.ts';
import { managerConformance } from './testing/manager-conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-daemon-'));
const token = 'token-for-the-tests';
const daemon = await startDaemon({ socketPath: join(folder, 'd.sock'), tcp: {}, token });
const local = createSessionManager();
const overSocket = createRemoteSessionManager({ socketPath: join(folder, 'd.sock') });
const overTcp = createRemoteSessionManager({ url: daemon.address.url ?? '', token });

afterAll(async () => {
  for (const manager of [overSocket, overTcp, local]) await manager[Symbol.asyncDispose]();
  await daemon.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a local manager', () => {
  for (const { name, run } of managerConformance) it(name, () => run(local));
});

describe('a daemon’s manager over a Unix socket', () => {
  for (const { name, run } of managerConformance) it(name, () => run(overSocket));
});

describe('a daemon’s manager over TCP', () => {
  for (const { name, run } of managerConformance) it(name, () => run(overTcp));
});

describe.each(['bash', 'python', 'node'] as const)('%s through a daemon', (language) => {
  for (const { name, run } of driverConformance) {
    it(name, () => run({ manager: overSocket, dialect: dialects[language] }));
  }
});
