/**
 * Where this package is, and which version.
 *
 * Two folders deep, like the bundled modules in `dist/lazy`: both find the package's own folder by the same way up.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

/** What a daemon is started with. */
export const programFile: string = fileURLToPath(new URL('bin/holdfast.cjs', root));

const facts = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };

export const version: string = facts.version;
