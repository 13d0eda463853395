/**
 * What one side of a port has to say beside calls, in order: many things to a message.
 *
 * Waking the other thread costs more than carrying what it is woken for (20 to 30 µs against 5). So what
 * is said in one turn leaves in one message, and what can wait (see `hold`) leaves with what comes next.
 */
import type { MessagePort } from 'node:worker_threads';
import type { PortNeighbour } from './endpoint.ts';

export interface Outbox<Item> extends PortNeighbour {
  /** Leaves at the end of this turn. */
  say(item: Item, transfer?: ArrayBuffer[]): void;
  /** Leaves at once, with all that waits. */
  sayNow(item: Item, transfer?: ArrayBuffer[]): void;
  /** More is about to follow: leaves with that, or after a moment. */
  hold(item: Item, transfer?: ArrayBuffer[]): void;
}

// Far below what anyone notices, and enough for a dozen short commands.
const holdMs = 1;
const maxHeld = 64;

/** @param wrap - the message for a batch; the other side tells messages apart by their shape */
export const createOutbox = <Item>(port: MessagePort, wrap: (items: Item[]) => object): Outbox<Item> => {
  let items: Item[] = [];
  let buffers: ArrayBuffer[] = [];
  let isLeaving = false;
  let held: NodeJS.Timeout | undefined;

  const flush = (): void => {
    isLeaving = false;
    if (items.length === 0) return;
    if (held) clearTimeout(held);
    held = undefined;
    const message = wrap(items);
    const moved = buffers;
    items = [];
    if (moved.length > 0) buffers = [];
    port.postMessage(message, moved);
  };
  const add = (item: Item, transfer: ArrayBuffer[] | undefined): void => {
    items.push(item);
    if (transfer) buffers.push(...transfer);
  };
  return {
    say(item, transfer) {
      add(item, transfer);
      if (isLeaving) return;
      isLeaving = true;
      queueMicrotask(flush);
    },
    sayNow(item, transfer) {
      add(item, transfer);
      flush();
    },
    hold(item, transfer) {
      add(item, transfer);
      if (items.length >= maxHeld) flush();
      else held ??= setTimeout(flush, holdMs);
    },
    flush,
  };
};
