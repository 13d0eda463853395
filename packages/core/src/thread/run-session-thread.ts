/** Entry of a session thread: a Piscina task that lasts as long as its session. */
import { type MessagePort, threadId } from 'node:worker_threads';
import type { HostFrame, SessionSettings, ThreadEvent } from '@holdfast/protocol';
import { exposeOnPort } from '../rpc/endpoint.ts';
import { startSessionActor } from './session-actors.ts';
import { createSessionApi, takeHostFrame } from './session-api.ts';

export interface SessionThreadTask {
  settings: SessionSettings;
  /** Calls and answers, and what must keep its order with them: events; input and credits of commands. */
  callPort: MessagePort;
  /** Output and inspection records. */
  dataPort: MessagePort;
}

/** Settles when the session has ended and nothing of it is left. */
export const runSessionThread = ({ settings, callPort, dataPort }: SessionThreadTask): Promise<void> =>
  new Promise((resolve) => {
    const emit = createEventSender(callPort);
    emit({ type: 'thread-started', threadId });
    const actor = startSessionActor({
      settings,
      emit,
      sendData: (frame) => dataPort.postMessage(frame),
      // A turn later, so that the answer to `terminate` leaves before the ports close.
      onTerminated: () => setImmediate(resolve),
    });
    exposeOnPort(createSessionApi(actor.runtime), callPort);
    callPort.on('message', ({ frame }: { frame?: HostFrame }) => {
      if (frame) takeHostFrame(actor.runtime, frame, actor);
    });
  });

/** Events of one turn share a message; answers wait for no one, so events leave before them. */
const createEventSender = (port: MessagePort): ((event: ThreadEvent) => void) => {
  let batch: ThreadEvent[] = [];
  const flush = (): void => {
    const events = batch;
    batch = [];
    port.postMessage({ events });
  };
  return (event) => {
    if (batch.length === 0) queueMicrotask(flush);
    batch.push(event);
  };
};
