import { expect, it } from 'vitest';
import { createCommandId, createHostId, createSessionId } from './ids.ts';

it('makes ids of one shape that never repeat', () => {
  const ids = Array.from({ length: 2_000 }, createCommandId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^cmd_[0-9a-z]{20}$/.test(id))).toEqual([]);
  expect(createSessionId()).toMatch(/^sess_[0-9a-z]{20}$/);
  expect(createHostId()).toMatch(/^host_[0-9a-z]{20}$/);
});
