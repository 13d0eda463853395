/** Keeps sessions by workspace id; owns the threads they live in. */
import { join } from 'node:path';
import {
  createHostId,
  InvalidOptionsError,
  type Language,
  type LanguageDescriptor,
  ResourceExhaustedError,
  type RuntimeSession,
  type RuntimeSessionManager,
  type SessionConfig,
  type SessionEvent,
  type SessionId,
  SessionLimitError,
  type TerminationReason,
} from '@holdfast/protocol';
import { removeFolder } from '../kernel/remove-folder.ts';
import { keepReserve } from '../kernel/reserve.ts';
import { createLauncher, type Launcher } from './launcher.ts';
import { createPipeStock, type PipeStock } from './pipe-stock.ts';
import { makePrivateFolders } from './private-folders.ts';
import { type Reaper, startReaper } from './reaper.ts';
import { type HostSession, openSession } from './session.ts';
import { checkConfig, defaultTimeoutMs, resolveSettings } from './session-settings.ts';
import { createThreadPool, type ThreadPool } from './thread-pool.ts';
import { createWarmThreads, type WarmThreads } from './warm-threads.ts';

/** What a manager logs to: `console` and every logger of note fit. */
export interface Logger {
  debug(message: string): void;
  warn(message: string): void;
}

export interface SessionManagerOptions {
  /** The first is the default of sessions that name none. */
  languages: LanguageDescriptor[];
  /** Sessions that may live at once, each in its own thread. Default 256. */
  maxSessions?: number;
  /** Threads kept ready for the next sessions, from the start, each with kernels in it. Default 0. */
  warmThreads?: number;
  /** Languages whose kernels wait in each warm thread. Default: the first of `languages`. */
  warmLanguages?: Language[];
  /** Limit of each thread's heap in MiB. Default: V8's own. */
  maxThreadHeapMb?: number;
  /** Told of what went wrong without anybody asking: threads and kernels that died, failed set-up. */
  logger?: Logger;
  /** Names new sessions, for who gave out their ids already. Default: random ones. */
  createSessionId?: (workspaceId: string) => SessionId;
}

const defaultMaxSessions = 256;
/** About twice what a warm session takes to its first result on two cores. */
const refillDelayMs = 40;

/** Without `warmThreads`, no thread or process is started before the first session. */
export const createSessionManager = (options: SessionManagerOptions): RuntimeSessionManager => {
  const { languages, maxSessions = defaultMaxSessions, warmThreads = 0, maxThreadHeapMb, logger } = options;
  assertCount('maxSessions', maxSessions, 1);
  assertCount('warmThreads', warmThreads, 0);
  const warmLanguages = options.warmLanguages ?? languages.slice(0, 1).map(({ language }) => language);
  assertKnown(warmLanguages, languages);
  const { createSessionId } = options;
  if (createSessionId && warmThreads > 0) throw idsExclude();
  const hostId = createHostId();
  const sessions = new Map<string, HostSession>();
  const listeners = new Set<(event: SessionEvent) => void>();
  let house: House | undefined;
  let closing: Promise<void> | undefined;

  const openHouse = (): House => {
    keepReserve('/dev/null');
    const { tmpDir, pipeDir } = makePrivateFolders();
    const folders = [tmpDir, pipeDir];
    const pool = createThreadPool({
      maxThreads: maxSessions,
      ...(maxThreadHeapMb ? { maxHeapMb: maxThreadHeapMb } : {}),
    });
    let reaper: Reaper;
    try {
      reaper = startReaper(hostId, folders);
    } catch (cause) {
      folders.forEach(removeFolder);
      const { message } = cause as Error;
      throw new ResourceExhaustedError(`The manager could not start its reaper: ${message}`, { cause });
    }
    const wanted = (): number => Math.min(warmThreads, maxSessions - sessions.size);
    const pipes = createPipeStock(join(pipeDir, 'stock-'));
    const launcher = createLauncher(tmpDir);
    const threads = createWarmThreads({
      hostId,
      languages,
      warmLanguages,
      wanted,
      tmpDir,
      pipeDir,
      pool,
      reaper,
      pipes,
      launcherPath: launcher.path,
    });
    return { folders, pool, reaper, threads, pipes, launcher };
  };
  const publish = (event: SessionEvent): void => {
    if (logger) log(logger, event);
    for (const listener of listeners) listener(event);
  };

  const listen = (listener: (event: SessionEvent) => void): (() => void) => {
    listeners.add(listener);
    if (listeners.size === 1) tellSessions();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) tellSessions();
    };
  };
  const isListening = (): boolean => logger !== undefined || listeners.size > 0;
  const tellSessions = (): void => {
    for (const session of sessions.values()) session.setManagerListening(isListening());
  };

  const open = (workspaceId: string, config: SessionConfig): RuntimeSession => {
    if (closing) throw new InvalidOptionsError('This manager is closed: make a new one for new sessions.');
    if (sessions.size >= maxSessions) throw limitError(workspaceId, maxSessions);
    checkConfig(workspaceId, config, languages);
    house ??= openHouse();
    const { threads, launcher } = house;
    const prepared = threads.take(createSessionId?.(workspaceId));
    const { preparation } = prepared;
    const settings = resolveSettings(workspaceId, config, {
      languages,
      listened: isListening(),
      preparation,
    });
    const session = openSession({
      settings,
      timeoutMs: config.timeoutMs ?? defaultTimeoutMs,
      prepared,
      onEvent: publish,
    });
    sessions.set(workspaceId, session);
    launcher.noteSessions(sessions.size);
    // What the caller does next comes first: a thread and a kernel that start beside it would take its cores.
    setTimeout(threads.refill, refillDelayMs).unref();
    void session.ended.then(() => {
      if (sessions.get(workspaceId) === session) sessions.delete(workspaceId);
      threads.refill();
    });
    publish({ type: 'session-opened', sessionId: settings.sessionId, workspaceId });
    return session.handle;
  };
  const live = (workspaceId: string): HostSession | undefined => {
    const session = sessions.get(workspaceId);
    return session?.handle.isAlive() ? session : undefined;
  };
  const terminateAll = async (reason: TerminationReason): Promise<void> => {
    await Promise.all([...sessions.values()].map((session) => session.terminate(reason)));
  };
  const close = async (): Promise<void> => {
    await terminateAll('manager-closed');
    if (!house) return;
    await house.threads.close();
    await house.pool.close();
    await house.pipes.close();
    house.launcher.close();
    house.reaper.close();
    house.folders.forEach(removeFolder);
  };

  if (warmThreads > 0) {
    house = openHouse();
    house.threads.refill();
  }
  return {
    getOrCreateSession: (workspaceId, config = {}) => live(workspaceId)?.handle ?? open(workspaceId, config),
    getSession: (workspaceId) => live(workspaceId)?.handle ?? null,
    async terminateSession(workspaceId) {
      const session = live(workspaceId);
      await session?.terminate('requested');
      return session !== undefined;
    },
    terminateAll: () => terminateAll('requested'),
    getActiveSessions: () =>
      [...sessions.values()].map(({ handle }) => handle).filter((handle) => handle.isAlive()),
    getSessionCount: () => [...sessions.values()].filter(({ handle }) => handle.isAlive()).length,
    on: (type, listener) =>
      listen((event) => {
        if (event.type === type) listener(event as Parameters<typeof listener>[0]);
      }),
    subscribe: listen,
    [Symbol.asyncDispose]: () => {
      closing ??= close();
      return closing;
    },
  };
};

/** What is shared by all sessions of a manager, made with the first. */
interface House {
  /** Private to this host process. */
  folders: string[];
  pool: ThreadPool;
  reaper: Reaper;
  threads: WarmThreads;
  pipes: PipeStock;
  launcher: Launcher;
}

const assertCount = (name: string, value: number, least: number): void => {
  if (Number.isInteger(value) && value >= least) return;
  throw new InvalidOptionsError(`${name} must be a whole number of at least ${least}, not ${value}`, {
    data: { option: name, value },
  });
};

const assertKnown = (names: readonly Language[], languages: readonly LanguageDescriptor[]): void => {
  const unknown = names.filter((name) => !languages.some(({ language }) => language === name));
  if (unknown.length === 0) return;
  throw new InvalidOptionsError(`warmLanguages: ${unknown.join(', ')} is not among the manager's languages`, {
    data: { option: 'warmLanguages', value: names },
  });
};

const idsExclude = (): InvalidOptionsError =>
  new InvalidOptionsError(
    'createSessionId and warmThreads exclude each other: a warm thread has its id already',
    {
      data: { option: 'createSessionId' },
    },
  );

const limitError = (workspaceId: string, maxSessions: number): SessionLimitError =>
  new SessionLimitError(
    `No session for workspace ${workspaceId}: ${maxSessions} are open already. ` +
      'Terminate one, or raise maxSessions.',
    { data: { workspaceId, maxSessions } },
  );

const alarming = new Set<TerminationReason>(['spawn-failed', 'thread-died']);

const log = (logger: Logger, event: SessionEvent): void => {
  const where = `session ${event.sessionId} (workspace ${event.workspaceId})`;
  if (event.type === 'kernel-died' && !event.expected) {
    logger.warn(`${where}: ${event.language} kernel ${event.pid} died: ${event.reason}`);
  } else if (event.type === 'setup-failed') {
    logger.warn(`${where}: ${event.language} set-up failed: ${event.message}`);
  } else if (event.type === 'session-terminated' && alarming.has(event.reason)) {
    logger.warn(`${where}: terminated (${event.reason})${event.message ? `: ${event.message}` : ''}`);
  } else {
    logger.debug(`${where}: ${event.type}${detailOf(event)}`);
  }
};

const detailOf = (event: SessionEvent): string => {
  if (event.type === 'transition') return ` ${event.from} > ${event.to}, ${event.queueLength} queued`;
  if (event.type === 'kernel-started') return ` ${event.language} ${event.version}, pid ${event.pid}`;
  if (event.type === 'command-finished') return ` ${event.commandId}, exit code ${event.output.exitCode}`;
  return 'commandId' in event && event.commandId ? ` ${event.commandId}` : '';
};
