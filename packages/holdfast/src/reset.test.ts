/** A reset readies the next kernel while the last one dies: neither is to notice the other. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createSessionManager,
  type Language,
  type RuntimeSession,
  type RuntimeSessionManager,
} from './index.ts';
import { carriers, ownKernels, until, untilKernels } from './testing/processes.ts';

let manager: RuntimeSessionManager;

beforeEach(() => {
  manager = createSessionManager();
});
afterEach(() => manager[Symbol.asyncDispose]());

const endless: Record<Language, string> = {
  bash: 'echo begun; while :; do :; done',
  python: 'print("begun", flush=True)\nwhile True: pass',
  node: 'process.stdout.write("begun\\n"); for (;;);',
};
const nothing: Record<Language, string> = { bash: 'true', python: 'pass', node: '0' };
const languages: Language[] = ['bash', 'python', 'node'];

/** With a spare kernel from here on. */
const resetOnce = async (session: RuntimeSession, language: Language): Promise<void> => {
  await session.exec(nothing[language]);
  await session.reset();
  await session.exec(nothing[language]);
  await untilKernels(2);
};

describe('reset', () => {
  it.each(languages)('%s: what it ends tells the epoch of what comes next', async (language) => {
    const session = manager.getOrCreateSession(language, { language });
    for (let round = 0; round < 10; round += 1) {
      let hearBegin: (text: string) => void = () => undefined;
      const begun = new Promise<string>((resolve) => {
        hearBegin = resolve;
      });
      const running = session.exec(endless[language], { onStdout: hearBegin });
      await begun;
      await session.reset();
      const next = await session.exec(nothing[language]);
      const { epoch, interrupted, stateLost } = await running;
      expect({ epoch, interrupted, lost: stateLost?.language }).toEqual({
        epoch: next.epoch,
        interrupted: true,
        lost: language,
      });
      expect(next.stateLost).toBeUndefined();
    }
  });

  it('gives the new kernel what the old one had to itself', async () => {
    const listen = `
      var server = require('node:net').createServer().listen(process.env.PORT);
      await require('node:events').once(server, 'listening');`;
    const { stdout: port } = await manager
      .getOrCreateSession('port', { language: 'python' })
      .exec('import socket\nwith socket.create_server(("", 0)) as free: print(free.getsockname()[1])');
    const session = manager.getOrCreateSession('node', {
      language: 'node',
      env: { PORT: port.trim() },
      setup: [listen],
    });
    await manager.getSession('port')?.terminate();
    await resetOnce(session, 'node');
    for (let round = 0; round < 5; round += 1) {
      await session.reset();
      expect((await session.exec('server.listening')).result?.text).toBe('true');
      await untilKernels(2);
    }
  });

  it('does without the private folder of the session', async () => {
    const session = manager.getOrCreateSession('folderless');
    await resetOnce(session, 'bash');
    const [folder] = readdirSync(tmpdir())
      .map((name) => join(tmpdir(), name, session.id))
      .filter((path) => existsSync(path)) as [string];
    rmSync(folder, { recursive: true });
    await session.reset();
    expect(await session.exec('echo on')).toMatchObject({ stdout: 'on\n', exitCode: 0 });
    expect(existsSync(folder)).toBe(true);
  });

  it('leaves nothing of what has just begun to hide', async () => {
    const session = manager.getOrCreateSession('hidden');
    await resetOnce(session, 'bash');
    const mark = `HIDDEN=${process.pid}`;
    for (let round = 0; round < 10; round += 1) {
      await session.exec(`env -i ${mark} setsid /bin/sh -c 'sleep 87 & sleep 88 & wait' &`);
      await session.reset();
      expect(await until(() => carriers(mark).length === 0, 10_000)).toBe(true);
    }
  });

  it.each(languages)('%s: a termination in the middle of it ends both kernels', async (language) => {
    const ends = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      const session = manager.getOrCreateSession(language, { language });
      await resetOnce(session, language);
      // Where this process gets no core between the two, the reset may be over before the termination is asked for.
      const end = session.reset().then(
        () => 'done',
        ({ code }) => code,
      );
      await session.terminate();
      ends.add(await end);
      expect(ownKernels()).toEqual([]);
    }
    ends.delete('done');
    expect([...ends]).toEqual(['SESSION_TERMINATED']);
  });
});
