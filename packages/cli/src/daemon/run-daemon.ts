/** `holdfast daemon run`: the daemon itself, in the foreground, until a signal, `daemon stop`, or nobody needs it. */
import { closeSync, writeSync } from 'node:fs';
import { createLogger, startDaemon } from '@holdfast/server';
import { parseDuration } from '../durations.ts';
import { exitCodes } from '../exit-codes.ts';
import { readTarget } from '../target.ts';
import type { LaunchAnswer } from './launch-daemon.ts';
import { readyVariable } from './launch-daemon.ts';

export interface RunDaemonOptions {
  /** `HOST:PORT` to listen on beside the socket; needs `HOLDFAST_TOKEN`. */
  listen?: { host: string; port: number };
  allowedHosts: string[];
  /** Ends when it had no session and no request for so long; 0: never. */
  idleMs: number;
  sessionsDir?: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
}

const defaultIdleMs = 5 * 60_000;

export const idleMsOf = (text: string | undefined, env: NodeJS.ProcessEnv = process.env): number => {
  if (text !== undefined) return parseDuration('--idle', text);
  return env.HOLDFAST_IDLE ? parseDuration('HOLDFAST_IDLE', env.HOLDFAST_IDLE) : defaultIdleMs;
};

export const runDaemon = async (options: RunDaemonOptions): Promise<number> => {
  const ready = openReady();
  // Its environment is not that of the sessions it starts, as far as these are for it alone.
  const { HOLDFAST_TOKEN: token } = process.env;
  delete process.env.HOLDFAST_TOKEN;
  delete process.env[readyVariable];
  const target = readTarget({ ...process.env, HOLDFAST_URL: '' });
  try {
    const daemon = await startDaemon({
      ...target,
      ...(options.listen ? { tcp: { ...options.listen, allowedHosts: options.allowedHosts } } : {}),
      ...(token ? { token } : {}),
      ...(options.sessionsDir ? { sessionsDir: options.sessionsDir } : {}),
      ...(options.idleMs > 0 ? { idleShutdownMs: options.idleMs } : {}),
      logger: createLogger({ level: options.logLevel }),
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void daemon.close());
    // The terminal it was started from may go.
    process.on('SIGHUP', () => undefined);
    const { url } = daemon.address;
    ready({ pid: process.pid, ...(url ? { url } : {}) });
    await daemon.closed;
    return exitCodes.ok;
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    ready({ error: { message, ...(code ? { code } : {}) } });
    throw error;
  }
};

/** Whoever waits for it is told once. */
const openReady = (): ((answer: LaunchAnswer) => void) => {
  const descriptor = Number(process.env[readyVariable]);
  if (!Number.isInteger(descriptor) || descriptor < 3) return () => undefined;
  return (answer) => {
    try {
      writeSync(descriptor, `${JSON.stringify(answer)}\n`);
      closeSync(descriptor);
    } catch {
      // He has gone.
    }
  };
};
