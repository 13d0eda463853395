/** `npm start`: builds what the demo needs, then becomes the demo, in this very process and terminal. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/paths.mjs';
import { step } from './lib/progress.mjs';
import { buildPackages } from './lib/turbo.mjs';

const { ok } = await step('build', () => buildPackages(['--filter=@holdfast/demo']));
if (ok) {
  const main = join(root, 'apps/demo/dist/main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else {
  process.exitCode = 1;
}
