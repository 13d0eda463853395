/** Entry of a session thread: a Piscina task that lasts as long as its session. */
import { type MessagePort, threadId } from 'node:worker_threads';
import type { SessionSettings } from '@holdfast/protocol';
import { exposeOnPort } from '../rpc/endpoint.ts';
import { createOutbox } from '../rpc/outbox.ts';
import type { HostMessage, ThreadMessage, ThreadNotice } from '../rpc/port-messages.ts';
import { startSessionActor } from './session-actors.ts';
import { createSessionApi, takeHostFrame } from './session-api.ts';

export interface SessionThreadTask {
  settings: SessionSettings;
  /** Calls, commands and answers, and what must keep its order with them: events; input and credits of commands. */
  callPort: MessagePort;
  /** Output and inspection records. */
  dataPort: MessagePort;
}

/** Settles when the session has ended and nothing of it is left. */
export const runSessionThread = ({ settings, callPort, dataPort }: SessionThreadTask): Promise<void> =>
  new Promise((resolve) => {
    const outbox = createOutbox<ThreadNotice>(callPort, (notices): ThreadMessage => ({ notices }));
    outbox.say({ type: 'thread-started', threadId });
    const actor = startSessionActor({
      settings,
      outbox,
      sendData: (frame) => dataPort.postMessage(frame),
      // A turn later, so that the answer to `terminate` leaves before the ports close.
      onTerminated: () => setImmediate(resolve),
    });
    exposeOnPort(createSessionApi(actor.runtime), callPort, outbox);
    callPort.on('message', ({ frames }: Partial<HostMessage>) => {
      if (!frames) return;
      for (const frame of frames) takeHostFrame(actor.runtime, frame, actor);
    });
  });
