/** The promises that every language keeps, and the conformance cases of this one. */
import { createSessionManager } from '@holdfast/core';
import { casesOf, dialects, driverConformance, runConformanceCase } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { python } from './index.ts';

const manager = createSessionManager({ languages: [python()] });
afterAll(() => manager[Symbol.asyncDispose]());

describe('python driver', () => {
  for (const { name, run } of driverConformance) it(name, () => run({ manager, dialect: dialects.python }));
});

describe('python cases', () => {
  for (const scenario of casesOf('python')) {
    it(scenario.id, async () => expect(await runConformanceCase(scenario, manager)).toEqual([]), 60_000);
  }
});
