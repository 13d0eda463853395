/** Writes server-sent events, no faster than the client reads them. */
import type { ServerResponse } from 'node:http';

export interface StreamEvent {
  event: string;
  data: unknown;
  /** What the client sends as `Last-Event-ID` when it comes back. */
  id?: string;
}

export interface StreamSignals {
  /** The client has left, or the daemon is leaving: what has no end of its own ends. */
  over: AbortSignal;
  /** The client has left: what is still to come is for nobody. */
  left: AbortSignal;
}

// Tells both ends that the other is still there.
const heartbeatMs = 15_000;

/** @param events - is asked for the next one when the one before is on its way, until it ends or the client leaves */
export const sendEvents = async (
  response: ServerResponse,
  events: (signals: StreamSignals) => AsyncIterable<StreamEvent>,
  closing: AbortSignal,
): Promise<void> => {
  const left = new AbortController();
  const over = new AbortController();
  const end = (): void => over.abort();
  const leave = (): void => {
    left.abort();
    end();
  };
  response.on('close', leave);
  closing.addEventListener('abort', end);
  if (closing.aborted) end();
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(': \n\n'), heartbeatMs).unref();
  try {
    for await (const event of events({ over: over.signal, left: left.signal })) {
      if (left.signal.aborted) return;
      gather(response);
      if (!response.write(format(event))) await drained(response);
    }
  } finally {
    clearInterval(heartbeat);
    response.off('close', leave);
    closing.removeEventListener('abort', end);
    response.end();
  }
};

/** What comes in one turn of the event loop leaves in one piece: a command makes half a dozen events at once. */
const gather = (response: ServerResponse): void => {
  if (response.writableCorked > 0) return;
  response.cork();
  setImmediate(() => response.uncork());
};

// JSON has no line breaks of its own.
const format = ({ event, data, id }: StreamEvent): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    if (response.destroyed) resolve();
    else response.on('drain', done).on('close', done);
  });
