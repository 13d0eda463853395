/**
 * Bundles what is loaded once for each session thread into one file. Loading a module costs a thread about a
 * millisecond, and an import from a package pulls in all of it: drivers took 75 ms and 6 MB of heap each, most
 * of that for a schema library that they do not use.
 */
import { build } from 'rolldown';

/**
 * @param {string} cwd the package
 * @param {{ input: string, file: string, format: 'esm' | 'cjs' }} options
 */
export const bundle = (cwd, { input, file, format }) =>
  build({
    input,
    cwd,
    platform: 'node',
    tsconfig: 'tsconfig.json',
    logLevel: 'warn',
    output: { file, format, sourcemap: true, codeSplitting: false },
  });
