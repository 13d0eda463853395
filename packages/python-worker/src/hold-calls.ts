/**
 * Keeps calls back while a command runs.
 *
 * Nobody reads the control channel then. The kernel has asked Linux to kill its process group when
 * something happens to that pipe, which is how it dies with its host even in stuck native code; a
 * message that arrives would be taken for the host's end.
 */
import type { LanguageDriver } from '@holdfast/core/driver-kit';

type Endpoint = ReturnType<LanguageDriver['connect']>;

interface WireMessage {
  id?: string;
  type?: string;
  path?: string[];
}

export const holdCallsWhileRunning = (endpoint: Endpoint): Endpoint => {
  const waiting: WireMessage[] = [];
  let running: string | undefined;

  const post = (message: WireMessage): void => {
    if (message.type === 'APPLY' && message.path?.[0] === 'run') running = message.id;
    endpoint.postMessage(message);
  };
  endpoint.addEventListener('message', ({ data }: { data: WireMessage }) => {
    if (running === undefined || data.id !== running) return;
    running = undefined;
    while (waiting.length > 0 && running === undefined) post(waiting.shift() as WireMessage);
  });

  return {
    postMessage(message: WireMessage) {
      if (running === undefined) post(message);
      else waiting.push(message);
    },
    addEventListener: endpoint.addEventListener,
    removeEventListener: endpoint.removeEventListener,
  };
};
