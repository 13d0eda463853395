import { createCommandId, createSessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { createOutputLog } from './output-log.ts';
import { createOutputStore } from './output-store.ts';

describe('createOutputLog', () => {
  it('drops whole lines from the front and counts them', () => {
    const log = createOutputLog(6);
    log.push('aa\nbb\ncc\n');
    expect(log.read()).toEqual({ text: 'aa\nbb\ncc\n', droppedLines: 0, droppedBytes: 0 });
    log.push('dé\nee\n');
    expect(log.read()).toEqual({ text: 'dé\nee\n', droppedLines: 3, droppedBytes: 9 });
  });

  it('cuts a line that has no end', () => {
    const log = createOutputLog(3);
    log.push('abcdefg');
    expect(log.read()).toEqual({ text: 'efg', droppedLines: 0, droppedBytes: 4 });
  });
});

describe('createOutputStore', () => {
  const session = createSessionId();
  const write = (store: ReturnType<typeof createOutputStore>, text: string) => {
    const id = createCommandId();
    const command = store.begin(session, id);
    command.push('stdout', text);
    return { id, end: command.end };
  };

  it('makes room by dropping the oldest that are over', () => {
    const store = createOutputStore(5_000);
    const running = write(store, 'a'.repeat(2_000));
    const old = write(store, 'b'.repeat(2_000));
    old.end();
    const young = write(store, 'c'.repeat(500));
    young.end();
    expect(store.read(old.id, 'stdout')).toBeUndefined();
    expect(store.read(running.id, 'stdout')).toMatchObject({ text: 'a'.repeat(2_000), isOver: false });
    expect(store.read(young.id, 'stdout')).toMatchObject({ isOver: true });
    expect(store.underWay(session)).toEqual([running.id]);
  });

  it('forgets a session’s commands, and tells listeners of output', () => {
    const store = createOutputStore();
    const heard: unknown[] = [];
    const unsubscribe = store.subscribe((...event) => heard.push(event));
    const { id } = write(store, 'x');
    unsubscribe();
    write(store, 'y');
    expect(heard).toEqual([[session, id, 'stdout']]);
    store.forget(createSessionId());
    expect(store.read(id, 'stdout')).toMatchObject({ text: 'x' });
    store.forget(session);
    expect(store.read(id, 'stdout')).toBeUndefined();
  });
});
