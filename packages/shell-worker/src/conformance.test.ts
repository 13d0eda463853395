/** The promises that every language keeps, for bash and its dialects, and the conformance cases of bash. */
import { createSessionManager } from '@holdfast/core';
import { casesOf, dialects, driverConformance, runConformanceCase } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { bash } from './index.ts';

const manager = createSessionManager({ languages: [bash()] });
afterAll(() => manager[Symbol.asyncDispose]());

const missing = process.env.HOLDFAST_MISSING?.split(',') ?? [];

for (const name of ['bash', 'dash', 'zsh'] as const) {
  describe.skipIf(missing.includes(name))(`${name} driver`, () => {
    for (const check of driverConformance) {
      it(check.name, () => check.run({ manager, dialect: dialects[name] }));
    }
  });
}

describe('bash cases', () => {
  for (const scenario of casesOf('bash')) {
    it(scenario.id, async () => expect(await runConformanceCase(scenario, manager)).toEqual([]), 120_000);
  }
});
