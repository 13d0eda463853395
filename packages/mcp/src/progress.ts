/** Progress notifications of a running command: what it writes, and that it is still alive. */
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';

/** What the SDK gives a tool beside its arguments. */
export type ToolExtra = RequestHandlerExtra<ServerRequest, ServerNotification>;

export interface ProgressReporter {
  push(text: string): void;
  /** No more of them; resolves when those under way are sent, so that none comes after the answer. */
  end(): Promise<void>;
}

const intervalMs = 250;
// Clients give a request up when they hear nothing: many after 60 s, some sooner.
const heartbeatMs = 5_000;
const maxMessage = 1_000;

/**
 * `progress` is the time since the command was given, in milliseconds (there is no total); `message` the end of
 * what was written since the last notification. Does nothing where the client gave no progress token.
 */
export const createProgressReporter = ({
  _meta,
  sendNotification,
}: Pick<ToolExtra, '_meta' | 'sendNotification'>): ProgressReporter => {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return { push: () => undefined, end: async () => undefined };
  const begin = performance.now();
  let written = '';
  let last = 0;
  let pause: NodeJS.Timeout | undefined;
  let sending = Promise.resolve();

  const send = (): void => {
    const message = written === '' ? `still running after ${seconds(begin)} s` : written;
    // The protocol wants it to rise with every notification, and two may fall into one millisecond.
    last = Math.max(last + 1, Math.round(performance.now() - begin));
    written = '';
    const params = { progressToken, progress: last, message };
    // A client that has gone may come back for the answer.
    sending = sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
    pause = setTimeout(() => {
      pause = undefined;
      if (written !== '') send();
    }, intervalMs);
  };
  const heartbeat = setInterval(() => {
    if (!pause) send();
  }, heartbeatMs);

  return {
    push(text) {
      if (text === '') return;
      written = (written + text).slice(-maxMessage);
      if (!pause) send();
    },
    end() {
      clearInterval(heartbeat);
      clearTimeout(pause);
      return sending;
    },
  };
};

const seconds = (begin: number): number => Math.round((performance.now() - begin) / 1_000);
