/** Entry of a session thread: a Piscina task that lasts as long as its session. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type MessagePort, threadId } from 'node:worker_threads';
import type { CompiledCode, HostFrame, SessionSettings, ThreadPreparation } from '@holdfast/protocol';
import type { ChildProcesses } from '../kernel/child-kernel.ts';
import { createFifoPool } from '../kernel/fifo.ts';
import { launchThrough, launchWith } from '../kernel/kernel-launch.ts';
import type { DriverModule } from '../kernel/language-driver.ts';
import { createDriverLoader } from '../kernel/load-driver.ts';
import { markerName, markerOf } from '../kernel/process-table.ts';
import { removeFolder } from '../kernel/remove-folder.ts';
import { keepReserve, releaseReserve } from '../kernel/reserve.ts';
import { exposeOnPort } from '../rpc/endpoint.ts';
import { createOutbox } from '../rpc/outbox.ts';
import type { HostMessage, ThreadMessage, ThreadNotice } from '../rpc/port-messages.ts';
import { rehearse } from './rehearsal.ts';
import { prepareSessionActor, type SessionActor } from './session-actors.ts';
import { createSessionApi, takeHostFrame } from './session-api.ts';
import { createSpareKernels } from './spare-kernels.ts';

export interface SessionThreadTask {
  preparation: ThreadPreparation;
  /** Calls, commands and answers, and what must keep its order with them: events; input and credits of commands. */
  callPort: MessagePort;
  /** Output and inspection records. */
  dataPort: MessagePort;
}

/** What the thread's entry does for it. */
export interface ThreadServices {
  importDriver(url: string): Promise<DriverModule>;
  /** Loads what starts processes, the first time: a thread whose kernels the launcher starts does without. */
  childProcesses(): ChildProcesses;
  /** What of this thread's compiled code is of use to later ones. */
  createCodeCache(): Partial<CompiledCode>;
}

/**
 * Gets ready, then waits for the session's settings, which for a thread that is not started ahead of
 * need are there already. Settles when the session has ended and nothing of it is left.
 */
export const runSessionThread = (
  { preparation, callPort, dataPort }: SessionThreadTask,
  { importDriver, childProcesses, createCodeCache }: ThreadServices,
): Promise<void> =>
  new Promise((resolve) => {
    const { sessionId, scratchDir, pipePrefix, launcherPath, languages } = preparation;
    const outbox = createOutbox<ThreadNotice>(callPort, (notices): ThreadMessage => ({ notices }));
    outbox.say({ type: 'thread-up' });
    mkdirSync(scratchDir, { mode: 0o700 });
    // Named in the session's folder, so that it is found and closed when the thread dies.
    keepReserve(join(scratchDir, 'reserve'));
    const pool = createFifoPool(pipePrefix, (...tool) => childProcesses().runTool(...tool));
    const launchHere = launchWith((...child) => childProcesses().startChildKernel(...child));
    const launch = launchThrough(launcherPath, launchHere);
    const loadDriver = createDriverLoader(languages, importDriver);
    const spares = createSpareKernels({ loadDriver, pool, launch, scratchDir, emit: outbox.say });
    warmUp(preparation, spares.prepare);
    if (preparation.leavesCodeCache) {
      setTimeout(() => outbox.say({ type: 'code-cache', code: createCodeCache() }), startUpMs).unref();
    }
    const prepared = prepareSessionActor({
      sessionId,
      loadDriver,
      pool,
      launch,
      spares,
      outbox,
      sendData: (frame) => dataPort.postMessage(frame),
      // A turn later, so that the answer to `terminate` leaves before the ports close.
      onTerminated: () => setImmediate(resolve),
    });
    let actor: SessionActor | undefined;

    const open = (settings: SessionSettings): void => {
      outbox.say({ type: 'thread-started', threadId });
      actor = prepared.start(settings);
      exposeOnPort(createSessionApi(actor.runtime), callPort, outbox);
    };
    const discard = async (): Promise<void> => {
      await spares.end();
      pool.close();
      releaseReserve();
      removeFolder(scratchDir);
      resolve();
    };
    const take = (frame: HostFrame): void => {
      if (frame.type === 'open') open(frame.settings);
      else if (frame.type === 'pipes') pool.supply(frame.pipes);
      else if (frame.type === 'discard') void discard();
      else if (actor) takeHostFrame(actor.runtime, frame, actor);
    };
    callPort.on('message', ({ frames }: Partial<HostMessage>) => frames?.forEach(take));
  });

/** By then most of what a start needs was compiled, and a first command was run. */
const startUpMs = 500;

/** In the host's own folder, where most sessions begin: those that do not have their kernel change to theirs. */
const warmUp = (
  { warm, env, ...ids }: ThreadPreparation,
  prepare: (language: ThreadPreparation['warm'][number], start: { cwd: string; env: typeof env }) => void,
): void => {
  for (const language of warm) {
    prepare(language, { cwd: currentFolder(), env: { ...env, [markerName]: markerOf(ids) } });
  }
  // While the kernels start.
  const [first] = warm;
  if (first) setImmediate(() => rehearse(first));
};

const currentFolder = (): string => {
  try {
    return process.cwd();
  } catch {
    // It was removed.
    return '/';
  }
};
