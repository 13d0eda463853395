/**
 * One session thread as the host sees it: its ports, its calls, its death.
 *
 * Whatever ends the thread, every call under way is rejected with a typed error and no kernel of
 * the session is left running.
 */
import { closeSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { MessageChannel } from 'node:worker_threads';
import {
  type HoldfastError,
  type HostFrame,
  type SessionSettings,
  SessionTerminatedError,
  type SessionThreadApi,
  type TerminationReason,
  ThreadDiedError,
  type ThreadEvent,
  type ThreadFrame,
} from '@holdfast/protocol';
import { withReserve } from '../kernel/reserve.ts';
import { killMarked, killTree } from '../kernel/shutdown-ladder.ts';
import { type MortalCalls, wrapPort } from '../rpc/endpoint.ts';
import type { Reaper } from './reaper.ts';
import type { ThreadPool } from './thread-pool.ts';

export interface SessionThread {
  readonly call: MortalCalls<SessionThreadApi>['call'];
  send(frame: HostFrame): void;
  /** Settles when the thread is free or dead and no process of the session is left. Never rejects. */
  readonly ended: Promise<void>;
}

export interface SessionThreadOptions {
  settings: SessionSettings;
  pool: ThreadPool;
  reaper: Reaper;
  onEvent(event: ThreadEvent): void;
  onFrame(frame: ThreadFrame): void;
}

export const startSessionThread = (options: SessionThreadOptions): SessionThread => {
  const { settings, pool, reaper, onEvent, onFrame } = options;
  const calls = new MessageChannel();
  const data = new MessageChannel();
  const remote = wrapPort<SessionThreadApi>(calls.port1);
  const kernels = new Set<number>();
  let termination: { reason: TerminationReason; message?: string } | undefined;
  let tellEnd: () => void = () => undefined;
  const endTold = new Promise<void>((resolve) => {
    tellEnd = resolve;
  });

  const takeEvent = (event: ThreadEvent): void => {
    if (event.type === 'thread-started') {
      thread.noteStarted();
    } else if (event.type === 'kernel-started') {
      kernels.add(event.pid);
      reaper.add(event.pid);
    } else if (event.type === 'kernel-died') {
      kernels.delete(event.pid);
      reaper.remove(event.pid);
    } else if (event.type === 'session-terminated') {
      termination = event;
      tellEnd();
    }
    onEvent(event);
  };
  calls.port1.on('message', (message: { events?: ThreadEvent[] }) => message.events?.forEach(takeEvent));
  data.port1.on('message', onFrame);

  const task = { settings, callPort: calls.port2, dataPort: data.port2 };
  const end = async (cause?: Error): Promise<void> => {
    // The thread can not do it any more, and aborting a thread does not end its children.
    if (!termination) await endOrphans(settings, [...kernels]);
    for (const pid of kernels) reaper.remove(pid);
    remote.end(endedError(settings, termination?.reason, cause));
    data.port1.close();
    if (!termination) {
      const message = cause?.message;
      takeEvent({ type: 'session-terminated', reason: 'thread-died', ...(message ? { message } : {}) });
    }
  };
  const thread = pool.run(task);
  const ended = thread.ended.then(
    // The pool's word may overtake the thread's own, which comes on another port and says why.
    () => endTold.then(() => end()),
    (error: Error) => end(error),
  );
  // On the port of the calls: input and credits must not overtake the command they belong to.
  const send = (frame: HostFrame): void => calls.port1.postMessage({ frame });
  return { call: remote.call, send, ended };
};

const endOrphans = async (
  { hostId, sessionId, scratchDir }: SessionSettings,
  kernels: number[],
): Promise<void> => {
  for (const pid of kernels) killTree(pid);
  await killMarked(`${hostId}.${sessionId}`);
  try {
    withReserve(() => closePipesOf(scratchDir));
    rmSync(scratchDir, { recursive: true, force: true });
  } catch {
    // No descriptor left to look with. The folder goes with its parent when the manager is closed.
  }
};

/** A dead thread leaves its descriptors to the process; its pipes are told by the folder they were made in. */
const closePipesOf = (scratchDir: string): void => {
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${name}`).startsWith(`${scratchDir}/`)) closeSync(Number(name));
    } catch {
      // The listing's own descriptor, or one that another thread closed meanwhile.
    }
  }
};

const endedError = (
  { sessionId, workspaceId }: SessionSettings,
  reason: TerminationReason | undefined,
  cause: Error | undefined,
): HoldfastError => {
  const name = `session ${sessionId} (workspace ${workspaceId})`;
  const data = { sessionId, workspaceId };
  const remedy = 'getOrCreateSession with the same workspace id starts a new one.';
  return reason
    ? new SessionTerminatedError(`The ${name} has ended (${reason}). ${remedy}`, {
        data: { ...data, reason },
      })
    : new ThreadDiedError(`The thread of ${name} died; its kernels were ended. ${remedy}`, {
        data,
        ...(cause ? { cause } : {}),
      });
};
