/** `holdfast daemon`: start, stop, look at the process that holds the sessions. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from '@holdfast/client';
import { readLock } from '@holdfast/server/daemon-lock';
import { CliError, usageError } from '../cli-error.ts';
import { logFileOf } from '../daemon/daemon-files.ts';
import { askHealth, ensureDaemon, type Health } from '../daemon/ensure-daemon.ts';
import { idleMsOf, type RunDaemonOptions } from '../daemon/run-daemon.ts';
import { exitCodes } from '../exit-codes.ts';
import { isJson, type JsonOption, printJson, printLine } from '../output.ts';
import { version } from '../package/package-facts.ts';
import { isLocal, readTarget, type SocketTarget } from '../target.ts';

export interface DaemonStartOptions extends JsonOption {
  listen?: string;
  allowHost?: string[];
  idle?: string;
  sessionsDir?: string;
  logLevel?: string;
}

export const daemonStart = async (options: DaemonStartOptions): Promise<number> => {
  const target = ownTarget();
  // Here, so that a mistake is told at once and not by a log.
  toRunOptions(options);
  const { started, health } = await ensureDaemon(target, { args: toArgs(options) });
  if (isJson(options)) printJson({ started, pid: health.pid, socket: target.socketPath });
  else printLine(started ? `Started, process ${health.pid}.` : `It runs already, process ${health.pid}.`);
  return exitCodes.ok;
};

const toArgs = ({ listen, allowHost = [], idle, sessionsDir, logLevel }: DaemonStartOptions): string[] => [
  ...(listen === undefined ? [] : ['--listen', listen]),
  ...allowHost.flatMap((host) => ['--allow-host', host]),
  ...(idle === undefined ? [] : ['--idle', idle]),
  ...(sessionsDir === undefined ? [] : ['--sessions-dir', resolve(sessionsDir)]),
  ...(logLevel === undefined ? [] : ['--log-level', logLevel]),
];

const levels = ['debug', 'info', 'warn', 'error'] as const;

export const toRunOptions = (options: DaemonStartOptions): RunDaemonOptions => {
  const logLevel = levels.find((level) => level === (options.logLevel ?? 'info'));
  if (!logLevel) throw usageError(`--log-level takes one of ${levels.join(', ')}.`);
  const listen = options.listen === undefined ? undefined : parseListen(options.listen);
  if (listen && !process.env.HOLDFAST_TOKEN) {
    throw usageError(
      'Over TCP a token is needed: set HOLDFAST_TOKEN to 16 characters or more, here and for the clients.',
    );
  }
  return {
    ...(listen ? { listen } : {}),
    allowedHosts: options.allowHost ?? [],
    idleMs: idleMsOf(options.idle),
    ...sessionsDirOf(options),
    logLevel,
  };
};

const sessionsDirOf = ({ sessionsDir = process.env.HOLDFAST_SESSIONS_DIR }: DaemonStartOptions) =>
  sessionsDir ? { sessionsDir: resolve(sessionsDir) } : {};

const parseListen = (text: string): { host: string; port: number } => {
  const [, host = '127.0.0.1', port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port !== undefined && Number(port) <= 65_535)
    return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  throw usageError(`--listen takes PORT or HOST:PORT, not ${JSON.stringify(text)}.`);
};

const patienceMs = 15_000;

export const daemonStop = async (options: JsonOption): Promise<number> => {
  const target = readTarget();
  const health = await askHealth(target);
  if (health) {
    const connection = createConnection({ ...target, reconnectMs: 0 });
    try {
      await connection.call('shutdown');
    } finally {
      connection.close();
    }
    await gone(async () =>
      isLocal(target) ? lockOf(target) !== undefined : (await askHealth(target)) !== undefined,
    );
  }
  const stopped = health !== undefined;
  if (isJson(options)) printJson({ stopped });
  else printLine(stopped ? 'Stopped.' : 'No daemon is running.');
  return exitCodes.ok;
};

const gone = async (isThere: () => Promise<boolean>): Promise<void> => {
  const giveUpAt = performance.now() + patienceMs;
  while (await isThere()) {
    if (performance.now() > giveUpAt)
      throw new CliError('The daemon has not ended yet.', exitCodes.daemonDown);
    await delay(20);
  }
};

export const daemonStatus = async (options: JsonOption): Promise<number> => {
  const target = readTarget();
  const health = await askHealth(target);
  const where = isLocal(target)
    ? { socket: target.socketPath, log: logFileOf(target.socketPath) }
    : { url: target.url };
  if (isJson(options))
    printJson({ running: health !== undefined, ...(health ? jsonOf(health) : {}), ...where });
  else {
    printLine(health ? describeHealth(health) : 'No daemon is running.');
    for (const [name, value] of Object.entries(where)) printLine(`${name.padEnd(10)}${value}`);
  }
  return health ? exitCodes.ok : exitCodes.daemonDown;
};

const jsonOf = ({ status, pid, version: running, startedAt, sessions }: Health): Record<string, unknown> => ({
  status,
  pid,
  version: running,
  started_at: startedAt,
  sessions,
});

const describeHealth = ({ status, pid, version: running, startedAt, sessions }: Health): string =>
  [
    `running   ${status === 'closing' ? 'about to end' : 'yes'}, process ${pid}, since ${startedAt}`,
    `version   ${running}${running === version ? '' : ` (this program: ${version}; holdfast daemon stop, and the next call starts the new one)`}`,
    `sessions  ${sessions}`,
  ].join('\n');

export const daemonLogs = async (options: { follow?: boolean; lines?: string }): Promise<number> => {
  const path = logFileOf(ownTarget().socketPath);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new CliError(`There is no log yet: ${path}`, exitCodes.daemonDown);
  if (options.lines !== undefined && !/^\d{1,9}$/.test(options.lines))
    throw usageError('--lines takes a number.');
  const text = readFrom(path, 0, size);
  process.stdout.write(lastLines(text, Number(options.lines ?? 100)));
  if (!options.follow) return exitCodes.ok;
  let end = size;
  const look = (): void => {
    const now = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    // It was begun anew.
    if (now < end) end = 0;
    if (now === end) return;
    process.stdout.write(readFrom(path, end, now));
    end = now;
  };
  const timer = setInterval(look, followEveryMs);
  await new Promise((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  });
  clearInterval(timer);
  return exitCodes.ok;
};

const followEveryMs = 200;

const readFrom = (path: string, from: number, to: number): Buffer => {
  const buffer = Buffer.alloc(Math.max(0, to - from));
  const file = openSync(path, 'r');
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, from));
  } finally {
    closeSync(file);
  }
};

const lastLines = (text: Buffer, count: number): string => {
  const lines = text.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return count === 0
    ? ''
    : lines
        .slice(-count)
        .map((line) => `${line}\n`)
        .join('');
};

const lockOf = ({ socketPath }: SocketTarget): unknown => readLock(`${socketPath}.lock`);

const ownTarget = (): SocketTarget => {
  const target = readTarget();
  if (isLocal(target)) return target;
  throw usageError('HOLDFAST_URL names a daemon elsewhere: unset it to deal with the one of this machine.');
};
