/** Where things are, whether this runs from `src/` (tests) or from `dist/`. */
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Of a file in `peers/`, the scripts of peers that are not JavaScript. */
export const peerScript = (name: string): string => at(`peers/${name}`);
/** Of a built probe: a program that is measured in a process of its own. */
export const builtProbe = (name: string): string => at(`dist/probes/${name}.js`);
export const resultsFolder = at('results');
export const performancePage = at('../docs/performance.md');
