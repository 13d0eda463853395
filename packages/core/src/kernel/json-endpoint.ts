/** Comlink's wire messages as JSON, one a line: for kernels that are not a JavaScript thread. */
import type { Endpoint } from 'comlink';
import type { ControlChannel } from './control-channel.ts';

const newline = 0x0a;

/** A comlink endpoint over a control channel. Lines that are not JSON are dropped: user code may have written them. */
export const jsonEndpoint = (channel: ControlChannel): Endpoint => {
  const listeners = new Set<Parameters<Endpoint['addEventListener']>[1]>();
  const splitLines = createLineSplitter((line) => {
    const data = parseMessage(line);
    if (data === undefined) return;
    const event = { data } as MessageEvent;
    for (const listener of listeners) {
      if (typeof listener === 'function') listener(event);
      else listener.handleEvent(event);
    }
  });
  channel.onData(splitLines);
  return {
    postMessage: (message) => channel.send(`${JSON.stringify(message)}\n`),
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
  };
};

const parseMessage = (line: string): unknown => {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
};

/** Gives whole lines, without their newline, whatever the pieces they came in. */
export const createLineSplitter = (onLine: (line: string) => void): ((data: Buffer) => void) => {
  let pending: Buffer[] = [];
  return (data) => {
    let rest = data;
    for (;;) {
      const end = rest.indexOf(newline);
      if (end === -1) break;
      const head = rest.subarray(0, end);
      const line = pending.length === 0 ? head : Buffer.concat([...pending, head]);
      pending = [];
      rest = rest.subarray(end + 1);
      onLine(line.toString('utf8'));
    }
    // A copy: the caller uses its buffer again.
    if (rest.length > 0) pending.push(Buffer.from(rest));
  };
};
