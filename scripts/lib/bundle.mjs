/**
 * Bundles what is loaded once for each session thread into one file. Loading a module costs a thread about a
 * millisecond, and an import from a package pulls in all of it: drivers took 75 ms and 6 MB of heap each, most
 * of that for a schema library that they do not use.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

/**
 * @param {string} cwd the package
 * @param {{ input: string, file: string, format: 'esm' | 'cjs', isFunction?: boolean }} options
 * `isFunction`: the file is a CommonJS module within the function that Node would put it in
 */
export const bundle = async (cwd, { input, file, format, isFunction = false }) => {
  await build({
    input,
    cwd,
    platform: 'node',
    tsconfig: 'tsconfig.json',
    logLevel: 'warn',
    // Each thread keeps the whole text: without comments, but for those of licences, it is a tenth shorter.
    output: {
      file,
      format,
      sourcemap: true,
      codeSplitting: false,
      comments: { legal: true, jsdoc: false, annotation: false },
    },
  });
  const text = toAscii(readFileSync(join(cwd, file), 'utf8'));
  writeFileSync(join(cwd, file), isFunction ? `${head}${text}\n})\n` : text);
};

/**
 * One character beyond Latin-1 makes V8 keep all of a text in two bytes for each, in every thread.
 *
 * @param {string} text
 */
const toAscii = (text) =>
  text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const head = '(function (exports, require, module, __filename, __dirname) { ';
