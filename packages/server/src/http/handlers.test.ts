/** What handlers do before anything of their reply is asked for: no server between. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLogger } from '../log.ts';
import { createService } from '../service.ts';
import type { StreamEvent } from './event-stream.ts';
import { createHandlers } from './handlers.ts';

it('a streamed command whose reader comes late: what is kept no longer is told, not left out', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-daemon-')));
  const { house, metrics } = createService({
    logger: createLogger({ level: 'silent' }),
    stateDir: join(folder, 'state'),
    sessionsDir: undefined,
    maxSessions: 1,
    maxQueue: 1,
    journalBytes: 1024 * 1024,
    redact: (text) => text,
    onSessionsChanged: () => undefined,
  });
  const handlers = createHandlers({
    house,
    metrics,
    daemonId: 'd',
    version: '0',
    startedAt: new Date(),
    isClosing: () => false,
    openApi: () => ({}),
    shutDown: () => undefined,
  });
  try {
    const { session } = house.open({ config: { cwd: folder } }).served;
    const reply = await handlers.exec({
      params: { session: session.id },
      query: {},
      body: { command: `head -c 30000000 /dev/zero | tr '\\0' x`, timeoutMs: 0 },
      headers: {},
      isTrusted: true,
      wantsEvents: true,
      accepted: () => undefined,
    });
    await house.settled();
    const { signal } = new AbortController();
    const events: StreamEvent[] = [];
    if ('events' in reply)
      for await (const event of reply.events({ over: signal, left: signal })) events.push(event);
    const sizes = events.map(({ event, data }) => {
      if (event === 'gap') return (data as { omittedBytes: number }).omittedBytes;
      return event === 'output' ? (data as { text: string }).text.length : 0;
    });
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(30_000_000);
    expect(events.at(-1)?.event).toBe('result');
  } finally {
    await house.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
