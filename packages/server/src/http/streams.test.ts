/** Streams over the real server: as it comes, from where one left off, no faster than it is read. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startBench } from '../testing/daemon-bench.ts';
import { type EventReader, readStream } from '../testing/event-reader.ts';

const journalBytes = 100_000;
const bench = await startBench({ limits: { journalBytes } });
afterAll(() => bench.end());
const { socketPath, ask, openSession } = bench;

const run = (path: string, body: Record<string, unknown>): Promise<EventReader> =>
  readStream({ socketPath, path: `${path}/exec`, method: 'POST', body });

const outputOf = (path: string, commandId: string, lastEventId = '', query = ''): Promise<EventReader> =>
  readStream({
    socketPath,
    path: `${path}/commands/${commandId}/output${query}`,
    headers: lastEventId ? { 'last-event-id': lastEventId } : {},
  });

const untilFile = (name: string): string => `while [ ! -e ${name} ]; do sleep 0.01; done`;

describe('a command’s stream', () => {
  it('goes on where a dropped client left off, without a byte lost or twice', async () => {
    const { path, cwd } = await openSession();
    const commandId = 'cmd_aaaaaaaaaaaaaaaaaaaa';
    const first = await run(path, {
      command: `echo one; ${untilFile('a')}; echo two >&2; ${untilFile('b')}; printf 'd\\303'; sleep 0.05; printf '\\251'`,
      commandId,
    });
    const [, one] = await first.until('output');
    expect(one).toMatchObject({ event: 'output', id: '4', data: { stream: 'stdout', text: 'one\n' } });
    first.drop();
    writeFileSync(join(cwd, 'a'), '');
    const second = await outputOf(path, commandId, one?.id);
    const two = (await second.until('output')).at(-1);
    expect(two).toMatchObject({ id: '8', data: { stream: 'stderr', text: 'two\n' } });
    second.drop();
    writeFileSync(join(cwd, 'b'), '');
    const third = await (await outputOf(path, commandId, two?.id)).until();
    const text = third.filter(({ event }) => event === 'output').map(({ data }) => data.text);
    expect(text.join('')).toBe('dé');
    expect(third.at(-1)).toMatchObject({ event: 'result', data: { stdout: 'one\ndé', stderr: 'two\n' } });
    // And once more from the beginning, when all is over, as bytes.
    const again = await (await outputOf(path, commandId, '', '?encoding=bytes')).until();
    const bytes = again
      .filter(({ event, data }) => event === 'output' && data.stream === 'stdout')
      .map(({ data }) => Buffer.from(data.base64, 'base64').toString());
    expect(bytes.join('')).toBe('one\ndé');
  });

  it('tells what is buffered no longer', async () => {
    const { path } = await openSession();
    const commandId = 'cmd_bbbbbbbbbbbbbbbbbbbb';
    const first = await run(path, {
      command: `echo begun; head -c 1000000 /dev/zero | tr '\\0' x; ${untilFile('go')}`,
      commandId,
    });
    await first.until('output');
    first.drop();
    const second = await outputOf(path, commandId, '6');
    // What is still there may be on its way: the gap grows until all has been written.
    const seen: number[] = [];
    let omitted = 0;
    while (seen.reduce((sum, size) => sum + size, 0) + omitted < 1_000_000) {
      const next = await second.next();
      if (next?.event === 'gap') omitted += next.data.omittedBytes;
      if (next?.event === 'output') seen.push(next.data.text.length);
    }
    expect(seen.reduce((sum, size) => sum + size, 0) + omitted).toBe(1_000_000);
    second.drop();
    const third = await outputOf(path, commandId, '6');
    const gap = (await third.until('gap')).at(-1);
    expect(gap?.data.omittedBytes).toBeGreaterThanOrEqual(1_000_000 - journalBytes - 65_536);
    third.drop();
    expect((await ask('POST', `${path}/commands/${commandId}/interrupt`)).json.answer).toBe('interrupted');
  });

  it('is as slow as its reader, and so is the command', async () => {
    const { path } = await openSession();
    const reader = await run(path, { command: `head -c 50000000 /dev/zero | tr '\\0' x`, timeoutMs: 0 });
    await reader.until('output');
    // Not read on: buffers on the way fill up, and then the command waits, for however long. Meanwhile others
    // write as much, with nobody to wait for, twice over.
    const other = await openSession();
    for (const _ of [1, 2]) {
      const { json } = await ask('POST', `${other.path}/exec`, {
        body: { command: `head -c 50000000 /dev/zero | tr '\\0' x`, timeoutMs: 0 },
      });
      expect(json.success).toBe(true);
    }
    expect((await ask('GET', path)).json.status).toBe('busy');
    let size = 0;
    for (const { event, data } of await reader.until('result'))
      if (event === 'output') size += data.text.length;
    expect(size).toBeGreaterThan(49_000_000);
  });

  it('follows jobs to their end', async () => {
    const { path, cwd } = await openSession();
    const started = await ask('POST', `${path}/exec`, {
      body: { command: `echo first; (${untilFile('go')}; echo late; exit) &` },
    });
    const following = await outputOf(path, started.json.commandId, '', '?follow=true');
    expect((await following.until('output')).at(-1)?.data.text).toBe('first\n');
    writeFileSync(join(cwd, 'go'), '');
    const rest = await following.until();
    expect(rest.map(({ event }) => event)).toEqual(['state', 'result', 'late-output']);
    expect(rest.at(-1)?.data.text).toBe('late\n');
    // Without following: all that is known, and the end.
    const all = await (await outputOf(path, started.json.commandId)).until();
    expect(all.map(({ event }) => event)).toEqual(['accepted', 'output', 'state', 'result', 'late-output']);
  });

  it('is there for a command that the daemon has let go of and the session remembers', async () => {
    const { path } = await openSession();
    const { json } = await ask('POST', `${path}/exec`, { body: { command: 'echo old' } });
    for (let count = 0; count < 65; count += 1) await ask('POST', `${path}/exec`, { body: { command: ':' } });
    const events = await (await outputOf(path, json.commandId)).until();
    expect(events.map(({ event, data }) => [event, data.text ?? data.stdout])).toEqual([
      ['accepted', undefined],
      ['output', 'old\n'],
      ['state', undefined],
      ['result', 'old\n'],
    ]);
    const { status, json: refused } = await ask('GET', `${path}/commands/cmd_00000000000000000000/output`);
    expect([status, refused.error.code]).toEqual([404, 'COMMAND_NOT_FOUND']);
  });
});

describe('a command with an id', () => {
  it('is run once, however often it is asked for', async () => {
    const { path, cwd } = await openSession();
    const body = {
      command: `echo again >> ran; cat ran; ${untilFile('go')}`,
      commandId: 'cmd_cccccccccccccccccccc',
    };
    const both = [ask('POST', `${path}/exec`, { body }), ask('POST', `${path}/exec`, { body })];
    writeFileSync(join(cwd, 'go'), '');
    const answers = await Promise.all(both);
    const third = await ask('POST', `${path}/exec`, { body });
    expect([...answers, third].map(({ json }) => json.stdout)).toEqual(['again\n', 'again\n', 'again\n']);
  });

  it('takes input by position, each byte once', async () => {
    const { path } = await openSession();
    const commandId = 'cmd_dddddddddddddddddddd';
    const reader = await run(path, { command: 'echo ready; cat', commandId, stdin: { open: true } });
    await reader.until('output');
    const write = (text: string, query: string) =>
      ask('POST', `${path}/commands/${commandId}/stdin${query}`, { body: Buffer.from(text) });
    expect((await write('abc', '?offset=0')).json).toEqual({ written: 3 });
    expect((await write('abc', '?offset=0')).json).toEqual({ written: 3 });
    expect((await write('bcdé', '?offset=1')).json).toEqual({ written: 6 });
    const hole = await write('z', '?offset=9');
    expect([hole.status, hole.json.error.code]).toEqual([409, 'STDIN_CLOSED']);
    expect((await write('', '?end=true')).json).toEqual({ written: 6 });
    expect((await reader.until('result')).at(-1)?.data.stdout).toBe('ready\nabcdé');
    expect((await write('late', '')).json.error.code).toBe('STDIN_CLOSED');
  });
});

describe('an inspection stream', () => {
  it('goes on behind the last record that was seen', async () => {
    const { path } = await openSession();
    await ask('POST', `${path}/exec`, { body: { command: ':' } });
    const first = await readStream({ socketPath, path: `${path}/inspection` });
    const seen = [await first.next(), await first.next(), await first.next()];
    expect(seen.map((event) => event?.id)).toEqual(['1', '2', '3']);
    first.drop();
    const second = await readStream({
      socketPath,
      path: `${path}/inspection`,
      headers: { 'last-event-id': '3' },
    });
    expect((await second.next())?.id).toBe('4');
    await ask('DELETE', path);
    const rest = await second.until();
    expect(rest.at(-1)?.event).toBe('end');
    expect(rest.map(({ data }) => `${data.actor} ${data.to}`)).toContain('session terminated');
  });
});

describe('the daemon’s stream', () => {
  it('begins with all sessions, and goes on behind the last event', async () => {
    const { id, path } = await openSession();
    await ask('POST', `${path}/exec`, { body: { command: ':' } });
    const events = `/v1/events?session=${id}`;
    const first = await readStream({ socketPath, path: events });
    const hello = await first.next();
    expect(hello).toMatchObject({
      event: 'hello',
      data: { daemonId: bench.daemon.id, sessions: [{ sessionId: id }] },
    });
    first.drop();
    await ask('POST', `${path}/exec`, { body: { command: 'echo missed' } });
    const headers = { 'last-event-id': hello?.id ?? '' };
    const second = await readStream({ socketPath, path: events, headers });
    const seen = await takeUntil(second, 'command-finished');
    expect(seen[0]?.event).toBe('hello');
    const started = seen.find(({ data }) => data.type === 'command-started');
    expect(started?.data).toMatchObject({ sessionId: id, code: 'echo missed' });
    second.drop();
    // What another daemon has counted means nothing: the present, and what comes.
    const third = await readStream({ socketPath, path: events, headers: { 'last-event-id': 'other:1' } });
    expect((await third.next())?.event).toBe('hello');
    await ask('DELETE', path);
    const last = (await takeUntil(third, 'session-terminated')).at(-1);
    expect(last?.data).toMatchObject({ sessionId: id, reason: 'requested' });
    third.drop();
  });
});

const takeUntil = async (reader: EventReader, type: string) => {
  const seen = [];
  for (;;) {
    const next = await reader.next();
    if (!next) throw new Error(`ended without ${type}`);
    seen.push(next);
    if (next.data.type === type) return seen;
  }
};
