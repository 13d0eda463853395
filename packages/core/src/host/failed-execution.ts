/** An execution that was refused before it could be sent. Like any other it is awaited, not caught at the call. */
import { createCommandId, type Execution, type Language } from '@holdfast/protocol';

export const failedExecution = <Data extends string | Uint8Array>(
  language: Language,
  error: Error,
): Execution<Data> => {
  const result: Promise<never> = Promise.reject(error);
  result.catch(() => undefined);
  const refuse = (): never => {
    throw error;
  };
  const id = createCommandId();
  return {
    id,
    language,
    // biome-ignore lint/suspicious/noThenProperty: as every execution
    then: (onFulfilled, onRejected) => result.then(onFulfilled, onRejected),
    catch: (onRejected) => result.catch(onRejected),
    finally: (onFinally) => result.finally(onFinally),
    [Symbol.asyncIterator]: () => ({ next: () => result }),
    write: refuse,
    endInput: () => undefined,
    interrupt: async () => `not-running(${id})`,
    kill: async () => `not-running(${id})`,
  };
};
