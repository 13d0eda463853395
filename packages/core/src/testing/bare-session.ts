/** What tests of the machines put behind them: a queue, and commands that nobody runs. */
import { type CommandEnvelope, createCommandId, type Language } from '@holdfast/protocol';
import type { CommandQueue } from '../thread/command-queue.ts';
import { createPendingCommand, type PendingCommand } from '../thread/pending-command.ts';
import type { SessionEvent } from '../thread/session-machine.ts';

export const newCommand = (language: Language = 'bash'): PendingCommand => {
  const envelope: CommandEnvelope = {
    id: createCommandId(),
    code: '',
    language,
    timeoutMs: 0,
    stream: false,
  };
  return createPendingCommand(envelope, { onOutcome: () => undefined, onRejection: () => undefined });
};

/** The session machine's actions that fill the queue and empty it. */
export const queueActions = (queue: CommandQueue<PendingCommand>) => ({
  enqueue: ({ event }: { event: SessionEvent }): void => {
    if (event.type === 'EXEC') queue.add(event.command);
  },
  dropFromQueue: ({ event }: { event: SessionEvent }): void => {
    if (event.type === 'CANCEL') queue.drop(event.id);
  },
  rejectQueue: (): void => void queue.dropAll(),
  rejectQueueAsUnspawnable: (): void => void queue.dropAll(),
});
