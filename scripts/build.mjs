/** `npm run build`: builds every package that has changed. Arguments go to turbo. */
import { step } from './lib/progress.mjs';
import { buildPackages } from './lib/turbo.mjs';

const { ok } = await step('build', () => buildPackages(process.argv.slice(2)));
process.exitCode = ok ? 0 : 1;
