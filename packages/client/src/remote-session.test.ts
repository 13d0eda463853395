/** What a remote session knows when answers and events overtake each other. */
import { createSessionId, type SessionEvent, type SessionMessage } from '@holdfast/protocol';
import { expect, it } from 'vitest';
import { createConnection } from './connection.ts';
import { createRemoteSession, type Opened } from './remote-session.ts';

const id = createSessionId();
const message: SessionMessage = {
  sessionId: id,
  workspaceId: 'w',
  status: 'spawning',
  queueLength: 0,
  program: 'bash',
  language: 'bash',
  createdAt: new Date().toISOString(),
  lastActivityAt: new Date().toISOString(),
  executionCount: 0,
  workingDir: '/',
};
const toIdle: SessionEvent = {
  type: 'transition',
  sessionId: id,
  workspaceId: 'w',
  from: 'spawning',
  to: 'idle',
  queueLength: 0,
};

const openSession = () => {
  let answer: (opened: Opened) => void = () => undefined;
  const control = createRemoteSession({
    connection: createConnection({ socketPath: '/nowhere' }),
    workspaceId: 'w',
    id,
    language: 'bash',
    open: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
    ready: async () => undefined,
    reached: async () => undefined,
    isListened: () => false,
    onListeners: () => undefined,
    onGone: () => undefined,
  });
  return { control, answer: (opened: Opened) => answer(opened) };
};

it('believes an event that was written after the answer and came before it', async () => {
  const { control, answer } = openSession();
  expect(control.handle.status).toBe('spawning');
  control.takeEvent(toIdle, 7);
  answer({ message, event: 6 });
  await control.handle.opened;
  expect(control.handle.status).toBe('idle');
});

it('believes an answer that knows more than the events so far', async () => {
  const { control, answer } = openSession();
  control.takeEvent(toIdle, 7);
  answer({ message: { ...message, status: 'busy', queueLength: 2 }, event: 9 });
  await control.handle.opened;
  expect([control.handle.status, control.handle.queueLength]).toEqual(['busy', 2]);
});

it('does not go back to what an answer has left behind', async () => {
  const { control, answer } = openSession();
  answer({ message: { ...message, status: 'busy' }, event: 9 });
  await control.handle.opened;
  control.takeEvent(toIdle, 8);
  expect(control.handle.status).toBe('busy');
  control.takeEvent(toIdle, 10);
  expect(control.handle.status).toBe('idle');
});
