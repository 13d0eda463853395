/** `npm run soak`: builds what the soak test needs, then becomes it. Arguments are its own. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/paths.mjs';
import { buildPackages } from './lib/turbo.mjs';

const { ok, output } = await buildPackages(['--filter=@holdfast/bench']);
if (ok) {
  const main = join(root, 'bench/dist/soak/main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else {
  console.error(output);
  process.exitCode = 1;
}
