/** A session of its own for each test of a file. */
import { createSessionManager } from '@holdfast/core';
import type { RuntimeSession } from '@holdfast/protocol';
import { afterAll, afterEach, beforeEach } from 'vitest';
import { node } from '../index.ts';

/** To be called at the top of the file. @returns what gives the session of the test that runs */
export const ownSession = (): (() => RuntimeSession) => {
  const manager = createSessionManager({ languages: [node()] });
  let session: RuntimeSession;
  let count = 0;
  beforeEach(() => {
    session = manager.getOrCreateSession(`own-${++count}`, { language: 'node' });
  });
  afterEach(() => session.terminate());
  afterAll(() => manager.terminateAll());
  return () => session;
};
