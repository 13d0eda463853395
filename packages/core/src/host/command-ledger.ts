/** The commands that a thread was given and has not answered for. Each ends in one answer, whatever dies. */
import type { CommandEnvelope, CommandId, HostFrame } from '@holdfast/protocol';
import { type CommandAnswer, type ReceivedOutcome, unpackAnswer } from '../rpc/command-answer.ts';
import type { Outbox } from '../rpc/outbox.ts';

export interface CommandLedger {
  /** @throws the typed error that it was rejected with, or what `end` was given */
  exec(command: CommandEnvelope): Promise<ReceivedOutcome>;
  settle(answer: CommandAnswer): void;
  /** No more answers come: rejects all that is open, and whatever is handed in later. */
  end(error: Error): void;
}

interface OpenCommand {
  resolve(outcome: ReceivedOutcome): void;
  reject(error: unknown): void;
}

export const createCommandLedger = (outbox: Pick<Outbox<HostFrame>, 'say'>): CommandLedger => {
  const open = new Map<CommandId, OpenCommand>();
  let ended: Error | undefined;
  return {
    exec: (command) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        open.set(command.id, { resolve, reject });
        outbox.say({ type: 'exec', command });
      }),
    settle(answer) {
      const command = open.get(answer[0]);
      open.delete(answer[0]);
      try {
        command?.resolve(unpackAnswer(answer));
      } catch (error) {
        command?.reject(error);
      }
    },
    end(error) {
      ended ??= error;
      for (const { reject } of open.values()) reject(ended);
      open.clear();
    },
  };
};
