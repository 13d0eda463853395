/**
 * A comlink endpoint whose other side is not a process that speaks comlink but an object in this thread:
 * calls become method calls, and results go back as wire messages.
 */
import type { LanguageDriver } from '@holdfast/core/driver-kit';
import type { KernelApi } from '@holdfast/protocol';

type Endpoint = ReturnType<LanguageDriver['connect']>;
type Listener = Parameters<Endpoint['addEventListener']>[1];

interface ApplyMessage {
  id: string;
  type: string;
  path?: string[];
  argumentList?: { type: string; value: unknown }[];
}

const callNames: readonly string[] = [
  'hello',
  'run',
  'describe',
  'getContext',
  'setContext',
  'interrupt',
  'shutdown',
] satisfies (keyof KernelApi)[];

export const createShellEndpoint = (api: KernelApi): Endpoint => {
  const listeners = new Set<Listener>();
  const answer = (data: unknown): void => {
    const event = { data } as MessageEvent;
    for (const listener of listeners) {
      if (typeof listener === 'function') listener(event);
      else listener.handleEvent(event);
    }
  };
  const fail = (id: string, error: unknown): void => {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    answer({ id, type: 'HANDLER', name: 'throw', value: { isError: true, value: { name, message, stack } } });
  };
  const call = (message: ApplyMessage): void => {
    const name = message.path?.[0] ?? '';
    if (message.type !== 'APPLY' || !callNames.includes(name)) {
      if (message.type !== 'RELEASE')
        fail(message.id, new Error(`A shell kernel has no call ${message.type} ${name}`));
      return;
    }
    const method = api[name as keyof KernelApi] as (argument: unknown) => Promise<unknown>;
    method(message.argumentList?.[0]?.value).then(
      (value) => answer({ id: message.id, type: 'RAW', value }),
      (error: unknown) => fail(message.id, error),
    );
  };
  return {
    postMessage: (message: ApplyMessage) => call(message),
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
  };
};
