/** A driver for core's own tests, and the shortest example of one: see `kernel/fake-kernel.mjs`. */
import { fileURLToPath } from 'node:url';
import type { LanguageDescriptor } from '@holdfast/protocol';
import { jsonKernel } from '../kernel/json-kernel.ts';
import type { LanguageDriver } from '../kernel/language-driver.ts';

const kernel = fileURLToPath(new URL('../../kernel/fake-kernel.mjs', import.meta.url));

/** Takes the place of the shell. With `program: 'missing'` it can not be started. */
export const fakeLanguage = (options: { program?: string } = {}): LanguageDescriptor => ({
  language: 'bash',
  driver: new URL('../../dist/testing/fake-driver.js', import.meta.url).href,
  options,
});

export const createDriver = (options: { program?: string }): LanguageDriver => ({
  language: 'bash',
  holdsOutput: false,
  interruptSteps: [{ atMs: 0, name: 'SIGINT', target: 'both', signal: 'SIGINT', call: 'beside' }],
  plan: ({ controlIn, controlOut }) => ({
    file: options.program ?? process.execPath,
    args: [kernel, controlIn, controlOut],
  }),
  connect: jsonKernel,
});
