/** `npm run bench`: builds what the benchmarks need, then becomes them. Arguments are theirs. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/paths.mjs';
import { buildPackages } from './lib/turbo.mjs';

// No step line here: `npm run bench --silent -- --json` must print JSON and nothing else.
const { ok, output } = await buildPackages(['--filter=@holdfast/bench']);
if (ok) {
  const main = join(root, 'bench/dist/main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else {
  console.error(output);
  process.exitCode = 1;
}
