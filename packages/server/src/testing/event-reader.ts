/** Reads server-sent events from the real server, as they come. */

import { type IncomingMessage, request } from 'node:http';
import type { InspectionRecord, OutputMessage, SessionMessage } from '@holdfast/protocol';

/** What one or the other event has, for tests to look at. */
export interface AnyData extends Omit<OutputMessage, 'error'>, Omit<InspectionRecord, 'event'> {
  stream: string;
  text: string;
  base64: string;
  omittedBytes: number;
  daemonId: string;
  sessions: SessionMessage[];
  type: string;
  error: { code: string; message: string };
}

export interface SeenEvent {
  event: string;
  id?: string;
  data: AnyData;
}

export interface EventReader {
  /** The next one; undefined at the end. */
  next(): Promise<SeenEvent | undefined>;
  /** All that come until the end, or up to and including the first of that name. */
  until(name?: string): Promise<SeenEvent[]>;
  /** Leaves without a word. */
  drop(): void;
  readonly response: IncomingMessage;
}

export interface ReadOptions {
  socketPath: string;
  path: string;
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export const readStream = async (options: ReadOptions): Promise<EventReader> => {
  const { socketPath, path, method = 'GET', body, headers } = options;
  const sending = request({
    socketPath,
    path,
    method,
    headers: { accept: 'text/event-stream', ...headers },
  });
  sending.end(body === undefined ? undefined : JSON.stringify(body));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sending.on('response', resolve);
    sending.on('error', reject);
  });
  const events = parse(response);
  const reader: EventReader = {
    response,
    async next() {
      const { value } = await events.next();
      return value ?? undefined;
    },
    async until(name) {
      const seen: SeenEvent[] = [];
      for (;;) {
        const next = await reader.next();
        if (next) seen.push(next);
        if (!next || next.event === name) return seen;
      }
    },
    drop: () => void response.destroy(),
  };
  return reader;
};

async function* parse(response: IncomingMessage): AsyncGenerator<SeenEvent, undefined> {
  let text = '';
  response.setEncoding('utf8');
  for await (const piece of response) {
    text += piece;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const field = (name: string): string | undefined =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const event = field('event');
      const id = field('id');
      if (event) yield { event, ...(id ? { id } : {}), data: JSON.parse(field('data') ?? 'null') };
    }
  }
}
