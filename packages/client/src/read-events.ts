/** Server-sent events out of a response, read no faster than they are wanted. */
import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';

export interface ServerEvent {
  event: string;
  data: unknown;
  id?: string;
}

export async function* readEvents(response: IncomingMessage): AsyncGenerator<ServerEvent> {
  const events: ServerEvent[] = [];
  const parser = createParser({
    onEvent: ({ event = 'message', data, id }) => {
      events.push({ event, data: JSON.parse(data), ...(id === undefined ? {} : { id }) });
    },
  });
  const decoder = new TextDecoder();
  try {
    for await (const piece of response) {
      parser.feed(decoder.decode(piece as Uint8Array, { stream: true }));
      for (let next = events.shift(); next; next = events.shift()) yield next;
    }
  } finally {
    response.destroy();
  }
}
