/** First in, first out, bounded, with the one whose turn it is. Dropping from the middle keeps the order of the rest. */
import type { CommandId } from '@holdfast/protocol';

export interface Queued {
  readonly id: CommandId;
}

export interface CommandQueue<Item extends Queued> {
  readonly length: number;
  readonly isFull: boolean;
  /** @returns false when the queue is full; the item was not taken then */
  add(item: Item): boolean;
  /** Gives the oldest its turn. */
  next(): Item | undefined;
  /** Whose turn it is; no longer in the queue. */
  readonly current: Item | undefined;
  /** Its turn is over. */
  finish(): void;
  get(id: CommandId): Item | undefined;
  drop(id: CommandId): Item | undefined;
  /** Empties the queue. @returns what was in it, in order */
  dropAll(): Item[];
}

export const createCommandQueue = <Item extends Queued>(maxQueue: number): CommandQueue<Item> => {
  // A Map keeps insertion order and gives both ends and the middle in constant time.
  const items = new Map<CommandId, Item>();
  let current: Item | undefined;
  const drop = (id: CommandId): Item | undefined => {
    const item = items.get(id);
    items.delete(id);
    return item;
  };
  return {
    get length() {
      return items.size;
    },
    get isFull() {
      return items.size >= maxQueue;
    },
    add(item) {
      if (items.size >= maxQueue) return false;
      items.set(item.id, item);
      return true;
    },
    next() {
      const { value: id } = items.keys().next();
      current = id === undefined ? undefined : drop(id);
      return current;
    },
    get current() {
      return current;
    },
    finish() {
      current = undefined;
    },
    get: (id) => items.get(id),
    drop,
    dropAll() {
      const dropped = [...items.values()];
      items.clear();
      return dropped;
    },
  };
};
