/** What tests of the machines put behind them. */
import type { CommandQueue } from '../thread/command-queue.ts';
import type { PendingCommand } from '../thread/pending-command.ts';
import type { SessionEvent } from '../thread/session-machine.ts';

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
