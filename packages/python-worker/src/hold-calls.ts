/**
 * Keeps calls back while a command runs.
 *
 * Nobody reads the control channel then. The kernel has asked Linux to kill its process group when
 * something happens to that pipe, which is how it dies with its host even in stuck native code; a
 * message that arrives would be taken for the host's end.
 */
import type { KernelApi } from '@holdfast/protocol';

export const holdCallsWhileRunning = (api: KernelApi): KernelApi => {
  const waiting: (() => void)[] = [];
  let isRunning = false;

  const release = (): void => {
    isRunning = false;
    while (waiting.length > 0 && !isRunning) waiting.shift()?.();
  };
  const inTurn = <Value>(make: () => Promise<Value>): Promise<Value> =>
    isRunning ? new Promise((resolve, reject) => waiting.push(() => make().then(resolve, reject))) : make();

  return {
    run: (request) =>
      inTurn(() => {
        isRunning = true;
        const reply = api.run(request);
        reply.then(release, release);
        return reply;
      }),
    hello: () => inTurn(api.hello),
    describe: () => inTurn(api.describe),
    getContext: () => inTurn(api.getContext),
    setContext: (context) => inTurn(() => api.setContext(context)),
    interrupt: () => inTurn(api.interrupt),
    shutdown: () => inTurn(api.shutdown),
  };
};
