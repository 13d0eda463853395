/**
 * Typed remote calls over a message port. The only file that knows comlink.
 *
 * Two things comlink leaves open are closed here: errors keep their code, data and cause across the
 * port, and a call that is under way when the port closes is rejected instead of waiting for ever.
 */
import type { MessagePort } from 'node:worker_threads';
import { reviveError, type SerialisedError, serialiseError } from '@holdfast/protocol';
import { type Endpoint, expose, type Remote, transfer, transferHandlers, wrap } from 'comlink';

interface ThrownValue {
  value: unknown;
}
type WireError = { isError: true; value: SerialisedError } | { isError: false; value: unknown };

const isThrown = (value: unknown): value is ThrownValue =>
  typeof value === 'object' && value !== null && 'value' in value;

const defaultThrowHandler = transferHandlers.get('throw');

// Comlink keeps only name, message and stack of an error.
transferHandlers.set('throw', {
  canHandle: (value): value is ThrownValue => defaultThrowHandler?.canHandle(value) ?? false,
  serialize: (thrown: unknown) => {
    const value = isThrown(thrown) ? thrown.value : thrown;
    const wire: WireError =
      value instanceof Error ? { isError: true, value: serialiseError(value) } : { isError: false, value };
    return [wire, []];
  },
  deserialize: (wire: WireError) => {
    throw wire.isError ? reviveError(wire.value) : wire.value;
  },
});

/** An answer whose buffers are moved to the other side instead of copied: they are empty here afterwards. */
export const transferring = <Value extends object>(value: Value, buffers: ArrayBuffer[]): Value =>
  transfer(value, buffers);

/** Answers calls on a port. */
export const exposeOnPort = (api: object, port: MessagePort): void => expose(api, portEndpoint(port));

/** Calls to something that may end. */
export interface MortalCalls<Api> {
  /** Makes a call. @throws what `end` was given, when the end comes before the answer */
  call<Value>(make: (api: Remote<Api>) => Promise<Value>): Promise<Value>;
  /** Rejects all that is under way; later calls reject too. */
  end(error: Error): void;
}

/** Calls over any endpoint; whoever knows of its end tells. */
export const wrapEndpoint = <Api>(endpoint: Endpoint): MortalCalls<Api> => {
  const api = wrap<Api>(endpoint);
  // A race of every call against one long-lived promise would leak: so each call is kept here while it is under way.
  const pending = new Set<(error: Error) => void>();
  let ended: Error | undefined;
  return {
    call: (make) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        pending.add(reject);
        make(api)
          .then(resolve, reject)
          .finally(() => pending.delete(reject));
      }),
    end(error) {
      ended ??= error;
      for (const reject of pending) reject(ended);
      pending.clear();
    },
  };
};

/** Calls over a port, which is closed with them. */
export const wrapPort = <Api>(port: MessagePort): MortalCalls<Api> => {
  const calls = wrapEndpoint<Api>(portEndpoint(port));
  return {
    call: calls.call,
    end(error) {
      calls.end(error);
      port.close();
    },
  };
};

/**
 * Node's ports speak the DOM's event interface too, but comlink's `start` is theirs already and its
 * own adapter for Node would hide `close`. Messages that are not comlink's (frames that share the
 * port to keep their order with the answers) pass by: they have no `id`.
 */
const portEndpoint = (port: MessagePort): Endpoint => {
  const adapted = new WeakMap<object, (data: unknown) => void>();
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer as never),
    addEventListener: (_type, listener) => {
      const onMessage = (data: unknown): void => {
        if (!isComlinkMessage(data)) return;
        const event = { data } as MessageEvent;
        if (typeof listener === 'function') listener(event);
        else listener.handleEvent(event);
      };
      adapted.set(listener, onMessage);
      port.on('message', onMessage);
    },
    removeEventListener: (_type, listener) => {
      const onMessage = adapted.get(listener);
      if (onMessage) port.off('message', onMessage);
    },
  };
};

const isComlinkMessage = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && 'id' in data;
