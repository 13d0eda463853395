/** Calls to a kernel that is not part of this thread: comlink's wire messages as JSON, one a line. */
import {
  createCommandId,
  type KernelApi,
  type RunReply,
  type RunRequest,
  reviveError,
  type SerialisedError,
} from '@holdfast/protocol';
import type { ControlChannel } from './control-channel.ts';

type WireAnswer =
  | { id: string; type: 'RAW'; value: unknown }
  | { id: string; type: 'HANDLER'; name: 'throw'; value?: { value?: SerialisedError } };

const unexplained: SerialisedError = { name: 'Error', message: 'the kernel could not answer' };

interface OpenCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const newline = 0x0a;

/** Lines that are not answers to open calls are dropped: user code may have written them. */
export const jsonKernel = (channel: ControlChannel): KernelApi => {
  const open = new Map<string, OpenCall>();
  channel.onData(
    createLineSplitter((line) => {
      const answer = parseAnswer(line);
      const call = answer && open.get(answer.id);
      if (!call) return;
      open.delete(answer.id);
      if (answer.type === 'RAW') call.resolve(answer.value);
      else call.reject(reviveError(answer.value?.value ?? unexplained));
    }),
  );
  // Random, so that what user code writes by chance is never taken for an answer.
  const call = <Value>(name: keyof KernelApi, id: string, ...values: unknown[]): Promise<Value> =>
    new Promise((resolve, reject) => {
      open.set(id, { resolve: resolve as (value: unknown) => void, reject });
      const argumentList = values.map((value) => ({ type: 'RAW', value }));
      channel.send(`${JSON.stringify({ id, type: 'APPLY', path: [name], argumentList })}\n`);
    });
  return {
    hello: () => call('hello', createCommandId()),
    // A command's own id is random already.
    run: (request: RunRequest) => call<RunReply>('run', request.commandId, request),
    describe: () => call('describe', createCommandId()),
    getContext: () => call('getContext', createCommandId()),
    setContext: (context) => call('setContext', createCommandId(), context),
    interrupt: () => call('interrupt', createCommandId()),
    shutdown: () => call('shutdown', createCommandId()),
  };
};

const parseAnswer = (line: string): WireAnswer | undefined => {
  try {
    const message = JSON.parse(line) as Partial<WireAnswer> | null;
    const isAnswer = typeof message === 'object' && message !== null && typeof message.id === 'string';
    return isAnswer ? (message as WireAnswer) : undefined;
  } catch {
    return undefined;
  }
};

/** Gives whole lines, without their newline, whatever the pieces they came in. */
export const createLineSplitter = (onLine: (line: string) => void): ((data: Buffer) => void) => {
  let pending: Buffer[] = [];
  return (data) => {
    let rest = data;
    for (;;) {
      const end = rest.indexOf(newline);
      if (end === -1) break;
      const head = rest.subarray(0, end);
      const line = pending.length === 0 ? head : Buffer.concat([...pending, head]);
      pending = [];
      rest = rest.subarray(end + 1);
      onLine(line.toString('utf8'));
    }
    // A copy: the caller uses its buffer again.
    if (rest.length > 0) pending.push(Buffer.from(rest));
  };
};
