/**
 * Typed remote calls over a message port. The only file that knows comlink.
 *
 * Two things comlink leaves open are closed here: errors keep their code, data and cause across the
 * port, and a call that is under way when the port closes is rejected instead of waiting for ever.
 */
import type { MessagePort } from 'node:worker_threads';
import { reviveError, type SerialisedError, serialiseError } from '@holdfast/protocol';
import { type Endpoint, expose, type Remote, transferHandlers, wrap } from 'comlink';
import { createMortalCalls, type MortalCalls } from './mortal-calls.ts';

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

/** What shares the port with the calls: it is told to send what it holds before each message of a call. */
export interface PortNeighbour {
  flush(): void;
}

/** Answers calls on a port. */
export const exposeOnPort = (api: object, port: MessagePort, neighbour: PortNeighbour): void =>
  expose(api, portEndpoint(port, neighbour));

/** Calls over a port, which is closed with them. */
export const wrapPort = <Api>(port: MessagePort, neighbour: PortNeighbour): MortalCalls<Remote<Api>> => {
  const calls = createMortalCalls(wrap<Api>(portEndpoint(port, neighbour)));
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
 * own adapter for Node would hide `close`. Messages that are not comlink's (commands, answers and events,
 * which share the port to keep their order with the calls) pass by: they have no `id`.
 */
const portEndpoint = (port: MessagePort, neighbour: PortNeighbour): Endpoint => {
  const adapted = new WeakMap<object, (data: unknown) => void>();
  return {
    postMessage(message, transfer) {
      neighbour.flush();
      port.postMessage(message, transfer as never);
    },
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
