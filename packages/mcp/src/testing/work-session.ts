/** A session `work` in a folder of its own, served to one client: made before each test, gone after it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Connection, call, connect } from './connect.ts';

export const useWorkSession = () => {
  let connection: Connection;
  let dir: string;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'holdfast-mcp-'));
    connection = await connect({ sessionDefaults: { cwd: dir } });
    await call(connection.client, 'session_start', { name: 'work' });
  });
  afterEach(async () => {
    await connection[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Starts a command that prints `begun`, and resolves when that has come. */
  const begin = async (command: string, signal?: AbortSignal) => {
    let answer: Promise<Record<string, unknown>> | undefined;
    await new Promise<void>((resolve, reject) => {
      answer = call(
        connection.client,
        'session_exec',
        { session_id: 'work', command, timeout_ms: 0 },
        {
          // Of a command that is slow to begin it is first reported that it is still running.
          onprogress: ({ message }) => {
            if (message?.includes('begun')) resolve();
          },
          ...(signal ? { signal } : {}),
        },
      );
      answer.catch(reject);
    });
    if (!answer) throw new Error('not begun');
    return { answer };
  };

  return {
    get client() {
      return connection.client;
    },
    get manager() {
      return connection.manager;
    },
    get dir() {
      return dir;
    },
    exec: (command: string, more: Record<string, unknown> = {}) =>
      call(connection.client, 'session_exec', { session_id: 'work', command, ...more }),
    begin,
    /** Ids of the commands that have no answer yet. */
    async underWay(): Promise<string[] | undefined> {
      const { sessions } = await call(connection.client, 'session_list');
      return (sessions as { commands: string[] }[])[0]?.commands;
    },
  };
};
