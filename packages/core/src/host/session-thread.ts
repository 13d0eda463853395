/**
 * One session thread as the host sees it: its ports, its calls, its death.
 *
 * Whatever ends the thread, every call under way is rejected with a typed error and no kernel of
 * the session is left running.
 */

import { closeSync } from 'node:fs';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import {
  type CommandEnvelope,
  type HoldfastError,
  type HostFrame,
  type SessionId,
  type SessionSettings,
  SessionTerminatedError,
  type SessionThreadApi,
  type TerminationReason,
  ThreadDiedError,
  type ThreadEvent,
  type ThreadFrame,
  type ThreadPreparation,
} from '@holdfast/protocol';
import type { Remote } from 'comlink';
import { openDescriptors } from '../kernel/descriptors.ts';
import type { NamedFifo } from '../kernel/fifo.ts';
import { markerOf } from '../kernel/process-table.ts';
import { removeFolder } from '../kernel/remove-folder.ts';
import { withReserve } from '../kernel/reserve.ts';
import { killMarked, killTree } from '../kernel/shutdown-ladder.ts';
import type { ReceivedOutcome } from '../rpc/command-answer.ts';
import { wrapPort } from '../rpc/endpoint.ts';
import type { MortalCalls } from '../rpc/mortal-calls.ts';
import { createOutbox } from '../rpc/outbox.ts';
import type { HostMessage, ThreadMessage } from '../rpc/port-messages.ts';
import { shareCodeCache } from './code-cache.ts';
import { createCommandLedger } from './command-ledger.ts';
import { closeLeft, linkTo, type PipeStock } from './pipe-stock.ts';
import type { Reaper } from './reaper.ts';
import type { ThreadPool } from './thread-pool.ts';

export interface SessionThread {
  readonly call: SessionCall;
  /** Hands a command over. @throws the typed error that it was rejected with */
  exec(command: CommandEnvelope): Promise<ReceivedOutcome>;
  /** Leaves at the end of this turn. */
  send(frame: HostFrame): void;
  sendNow(frame: HostFrame): void;
  /** Settles when the thread is free or dead and no process of the session is left. Never rejects. */
  readonly ended: Promise<void>;
}

export type SessionCall = MortalCalls<Remote<SessionThreadApi>>['call'];

export interface SessionListener {
  onEvent(event: ThreadEvent): void;
  onFrame(frame: ThreadFrame): void;
}

/** A thread that is started, and waits for its session. */
export interface PreparedThread {
  readonly preparation: ThreadPreparation;
  /** Makes it a session's. Once. */
  open(settings: SessionSettings, listener: SessionListener): SessionThread;
  /** Ends it, and what was started in it. */
  discard(): void;
  readonly ended: Promise<void>;
}

export interface PrepareThreadOptions {
  preparation: ThreadPreparation;
  pool: ThreadPool;
  reaper: Reaper;
  pipes: PipeStock;
}

export const prepareThread = (options: PrepareThreadOptions): PreparedThread => {
  const { preparation, pool, reaper, pipes } = options;
  const calls = new MessageChannel();
  const data = new MessageChannel();
  // On the port of the calls: input and credits must not overtake the command they belong to.
  const outbox = createOutbox<HostFrame>(calls.port1, (frames): HostMessage => ({ frames }));
  const remote = wrapPort<SessionThreadApi>(calls.port1, outbox);
  const commands = createCommandLedger(outbox);
  const kernels = new Set<number>();
  let session: (SessionListener & Pick<SessionSettings, 'workspaceId'>) | undefined;
  let discarded = false;
  let termination: { reason: TerminationReason; message?: string } | undefined;
  let tellEnd: () => void = () => undefined;
  const endTold = new Promise<void>((resolve) => {
    tellEnd = resolve;
  });

  const watch = (pid: number, alive: boolean): void => {
    if (alive) {
      kernels.add(pid);
      reaper.add(pid);
    } else if (kernels.delete(pid)) reaper.remove(pid);
  };
  const takeEvent = (event: ThreadEvent): void => {
    if (event.type === 'thread-up') return thread.noteStarted();
    if (event.type === 'spare-kernel') return watch(event.pid, event.alive);
    if (event.type === 'code-cache') return shareCodeCache(event.code);
    if (event.type === 'kernel-started') watch(event.pid, true);
    else if (event.type === 'kernel-died') watch(event.pid, false);
    else if (event.type === 'session-terminated') {
      termination = event;
      tellEnd();
    }
    session?.onEvent(event);
  };
  calls.port1.on('message', ({ notices }: Partial<ThreadMessage>) => {
    if (!notices) return;
    for (const notice of notices) {
      if (Array.isArray(notice)) commands.settle(notice);
      else takeEvent(notice);
    }
  });
  data.port1.on('message', (frame: ThreadFrame) => session?.onFrame(frame));

  const given = pipes.take();
  void given.then((fifos) =>
    outbox.say({ type: 'pipes', pipes: fifos.map(({ fd, path }) => ({ fd, path })) }),
  );

  const task = { preparation, callPort: calls.port2, dataPort: data.port2 };
  const end = async (cause?: Error): Promise<void> => {
    // The thread can not do it any more, and aborting a thread does not end its children.
    const fifos = await given;
    if (!termination && !discarded) await endOrphans(preparation, [...kernels], fifos);
    closeLeft(fifos);
    for (const pid of [...kernels]) watch(pid, false);
    const error = endedError(preparation.sessionId, session?.workspaceId, termination?.reason, cause);
    commands.end(error);
    remote.end(error);
    // What the thread has sent is here, but may wait its turn.
    for (let last = receiveMessageOnPort(data.port1); last; last = receiveMessageOnPort(data.port1))
      session?.onFrame(last.message as ThreadFrame);
    data.port1.close();
    if (!termination) {
      const message = cause?.message;
      takeEvent({ type: 'session-terminated', reason: 'thread-died', ...(message ? { message } : {}) });
    }
  };
  const thread = pool.run(task);
  const ended = thread.ended.then(
    // The pool's word may overtake the thread's own, which comes on another port and says why.
    () => (discarded ? end() : endTold.then(() => end())),
    (error: Error) => end(error),
  );
  return {
    preparation,
    open(settings, listener) {
      session = { ...listener, workspaceId: settings.workspaceId };
      outbox.say({ type: 'open', settings });
      return { call: remote.call, exec: commands.exec, send: outbox.say, sendNow: outbox.sayNow, ended };
    },
    discard() {
      discarded = true;
      outbox.say({ type: 'discard' });
    },
    ended,
  };
};

const endOrphans = async (
  { hostId, sessionId, scratchDir, pipePrefix }: ThreadPreparation,
  kernels: number[],
  fifos: readonly NamedFifo[],
): Promise<void> => {
  for (const pid of kernels) killTree(pid);
  await killMarked(markerOf({ hostId, sessionId }));
  try {
    withReserve(() => closePipesOf([`${scratchDir}/`, pipePrefix], fifos));
    removeFolder(scratchDir);
  } catch {
    // No descriptor left to look with. The folder goes with its parent when the manager is closed.
  }
};

/** A dead thread leaves its descriptors to the process: what it opened is told by how its name began, or by all of it. */
const closePipesOf = (prefixes: readonly string[], fifos: readonly NamedFifo[]): void => {
  const links = new Set(fifos.map(linkTo));
  for (const { fd, link } of openDescriptors()) {
    if (links.has(link) || prefixes.some((prefix) => link.startsWith(prefix))) closeSync(fd);
  }
};

const endedError = (
  sessionId: SessionId,
  workspaceId: string | undefined,
  reason: TerminationReason | undefined,
  cause: Error | undefined,
): HoldfastError => {
  const name = `session ${sessionId} (workspace ${workspaceId ?? 'none yet'})`;
  const data = { sessionId, ...(workspaceId === undefined ? {} : { workspaceId }) };
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
