/** A command that was accepted: it ends in exactly one result or one typed rejection. */
import {
  type CommandEnvelope,
  type CommandId,
  type CommandOutcome,
  createCommandId,
  type KernelDescription,
  type Language,
} from '@holdfast/protocol';
import type { OutputPump } from './output-pump.ts';

/** Why a running command was asked to stop. The first reason wins. */
export type StopReason = 'timeout' | 'interrupt' | 'cancel' | 'kill' | 'reset' | 'terminate';

export interface PendingCommand {
  readonly id: CommandId;
  readonly envelope: CommandEnvelope;
  stopReason: StopReason | undefined;
  /** From when it runs until its output is delivered. */
  pump: OutputPump | undefined;
  /** Credits that came before there was a pump. */
  earlyCredits: number;
  /** It has its result; its output may still wait for credits. */
  settled: boolean;
  /** Set for an inquiry: it takes its turn in the queue, but runs no code. */
  readonly describe?: (description: KernelDescription) => void;
  /** Input that arrived before the kernel took it. */
  stdin(): StdinQueue;
  settle(outcome: CommandOutcome): void;
  reject(error: Error): void;
}

/** Holds early input until the feeder is there, then passes it on. */
export interface StdinQueue {
  write(data: Uint8Array): void;
  end(): void;
  connect(target: { write(data: Uint8Array): void; end(): void }): void;
}

/** Told once, and only one of the two. */
export interface CommandListener {
  onOutcome(outcome: CommandOutcome): void;
  onRejection(error: Error): void;
}

export const createPendingCommand = (
  envelope: CommandEnvelope,
  { onOutcome, onRejection }: CommandListener,
): PendingCommand => {
  // Most commands are given no input, and many may wait.
  let stdin: StdinQueue | undefined;
  const command: PendingCommand = {
    id: envelope.id,
    envelope,
    stopReason: undefined,
    pump: undefined,
    earlyCredits: 0,
    settled: false,
    stdin() {
      stdin ??= createStdinQueue();
      return stdin;
    },
    settle(outcome) {
      command.settled = true;
      onOutcome(outcome);
    },
    reject(error) {
      command.settled = true;
      onRejection(error);
    },
  };
  return command;
};

/** A command without code: what asks, rehearses or tests has no more to it than its turn. */
export const createBlankCommand = (
  language: Language,
  onRejection: (error: Error) => void = () => undefined,
): PendingCommand => {
  const envelope = { id: createCommandId(), code: '', language, timeoutMs: 0, stream: false };
  return createPendingCommand(envelope, { onOutcome: () => undefined, onRejection });
};

/** Asks a kernel for its state, when its turn comes. */
export const createInquiry = (
  language: Language,
): { command: PendingCommand; description: Promise<KernelDescription> } => {
  const { promise, resolve, reject } = withResolvers<KernelDescription>();
  return { command: { ...createBlankCommand(language, reject), describe: resolve }, description: promise };
};

const withResolvers = <Value>() => {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};

const createStdinQueue = (): StdinQueue => {
  let target: Parameters<StdinQueue['connect']>[0] | undefined;
  const early: Uint8Array[] = [];
  let ended = false;
  return {
    write(data) {
      if (target) target.write(data);
      else early.push(data);
    },
    end() {
      ended = true;
      target?.end();
    },
    connect(next) {
      target = next;
      for (const data of early.splice(0)) next.write(data);
      if (ended) next.end();
    },
  };
};
