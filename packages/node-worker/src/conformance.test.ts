/** The promises that every language keeps, and the conformance cases of this one. */
import { createSessionManager } from '@holdfast/core';
import { casesOf, dialects, driverConformance, runConformanceCase } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { node } from './index.ts';

const manager = createSessionManager({ languages: [node()] });
afterAll(() => manager[Symbol.asyncDispose]());

describe('node driver', () => {
  for (const { name, run } of driverConformance) it(name, () => run({ manager, dialect: dialects.node }));
});

describe('node cases', () => {
  for (const scenario of casesOf('node')) {
    it(scenario.id, async () => expect(await runConformanceCase(scenario, manager)).toEqual([]), 60_000);
  }
});
