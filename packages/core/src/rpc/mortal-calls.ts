/** Calls to something that may end before it answers: a thread, a kernel. */

export interface MortalCalls<Api> {
  /** Makes a call. @throws what `end` was given, when the end comes before the answer */
  call<Value>(make: (api: Api) => Promise<Value>): Promise<Value>;
  /** Rejects all that is under way; later calls reject too. */
  end(error: Error): void;
}

/** Whoever knows of the end tells. */
export const createMortalCalls = <Api>(api: Api): MortalCalls<Api> => {
  // A race of every call against one long-lived promise would leak: so each call is kept here while it is under way.
  const pending = new Set<(error: Error) => void>();
  let ended: Error | undefined;
  return {
    call: (make) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        pending.add(reject);
        make(api).then(
          (value) => {
            pending.delete(reject);
            resolve(value);
          },
          (error: unknown) => {
            pending.delete(reject);
            reject(error);
          },
        );
      }),
    end(error) {
      ended ??= error;
      for (const reject of pending) reject(ended);
      pending.clear();
    },
  };
};
