/**
 * The daemon's events, over a connection that is made again when it breaks, from where it was.
 *
 * It does not keep a program alive unless somebody listens. When nobody answers any more, the daemon is
 * gone, and its sessions with it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DaemonUnreachableError, type SessionEvent, type SessionMessage } from '@holdfast/protocol';
import type { Connection } from './connection.ts';

export interface DaemonFeedOptions {
  connection: Connection;
  /** All sessions as they were after event `number`; `isOther` says that another daemon answers than before. */
  onSessions(sessions: SessionMessage[], isOther: boolean, number: number): void;
  onEvent(event: SessionEvent, number: number): void;
  /** Nobody listens there any more. */
  onGone(): void;
}

export interface DaemonFeed {
  /** Connects, if it has not yet. Resolves when the sessions are known. @throws DAEMON_UNREACHABLE, ACCESS_REFUSED */
  connect(): Promise<void>;
  /** Number of the last event that was taken. */
  readonly seen: number;
  /** Resolves when that event has been taken, or can not come any more. */
  reached(event: number): Promise<void>;
  close(): void;
}

const longestPauseMs = 2_000;
const firstPauseMs = 50;

export const createDaemonFeed = (options: DaemonFeedOptions): DaemonFeed => {
  const { connection, onSessions, onEvent, onGone } = options;
  const controller = new AbortController();
  const { signal } = controller;
  let connected: Promise<void> | undefined;
  let lastEventId: string | undefined;
  let daemonId: string | undefined;
  let seen = 0;
  let isLive = false;
  let endWaiting: () => void = () => undefined;
  const waiting = new Set<{ event: number; resolve(): void }>();

  const wake = (): void => {
    for (const waiter of waiting) {
      if (isLive && waiter.event > seen) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
  };
  const readOnce = async (onHello: () => void): Promise<void> => {
    const events = await connection.stream('events', { lastEventId, isBackground: true, signal });
    isLive = true;
    try {
      for await (const { event, data, id } of events) {
        lastEventId = id ?? lastEventId;
        const number = Number(id?.split(':')[1] ?? 0);
        if (event === 'hello') {
          const hello = data as { daemonId: string; sessions: SessionMessage[] };
          const isOther = daemonId !== undefined && daemonId !== hello.daemonId;
          daemonId = hello.daemonId;
          onSessions(hello.sessions, isOther, number);
          onHello();
        } else if (event === 'event') onEvent(data as SessionEvent, number);
        if (id) seen = number;
        wake();
      }
    } finally {
      isLive = false;
      wake();
    }
  };
  const keepReading = async (
    onHello: () => void,
    onFirstFailure: (error: unknown) => void,
  ): Promise<void> => {
    let pause = firstPauseMs;
    while (!signal.aborted) {
      try {
        await readOnce(() => {
          pause = firstPauseMs;
          onHello();
        });
      } catch (error) {
        if (signal.aborted) return;
        onFirstFailure(error);
        if (!(error instanceof DaemonUnreachableError)) return;
        if (error.data.isDown) onGone();
      }
      await delay(pause, undefined, { ref: false, signal }).catch(() => undefined);
      pause = Math.min(pause * 2, longestPauseMs);
    }
  };

  return {
    connect() {
      connected ??= new Promise<void>((resolve, reject) => {
        // Who waits for this is not over yet.
        const hold = setInterval(() => undefined, longestPauseMs);
        endWaiting = () => clearInterval(hold);
        const onHello = (): void => {
          endWaiting();
          resolve();
        };
        void keepReading(onHello, (error) => {
          endWaiting();
          // The next call tries again.
          if (!daemonId) connected = undefined;
          reject(error);
        });
      });
      return connected;
    },
    get seen() {
      return seen;
    },
    reached(event) {
      if (!isLive || event <= seen) return Promise.resolve();
      return new Promise((resolve) => waiting.add({ event, resolve }));
    },
    close() {
      endWaiting();
      controller.abort();
      wake();
    },
  };
};
