/** A small bundler in Node, whose class and cache live on: the second build compiles only what changed. */
import type { Scenario } from './scenario.ts';

const bundler = `class Bundler {
  compiled = new Map();
  async build(entry) {
    const parts = await this.collect(entry, new Set());
    return parts.join('');
  }
  async collect(file, seen) {
    if (seen.has(file)) return [];
    seen.add(file);
    const source = await readFile(file, 'utf8');
    const imports = [...source.matchAll(/from '(.+?)'/g)].map(([, path]) => join(dirname(file), path));
    const inner = [];
    for (const path of imports) inner.push(...(await this.collect(path, seen)));
    return [...inner, this.compile(file, source)];
  }
  compile(file, source) {
    const known = this.compiled.get(file);
    if (known?.source === source) return known.code;
    console.log('compile', file);
    const isEntry = file.endsWith('main.js');
    const code = source.replace(/^import .*\\n/gm, '').replace(/^export /gm, isEntry ? 'export ' : '');
    this.compiled.set(file, { source, code });
    return code;
  }
}`;

export const build: Scenario = {
  name: 'build',
  language: 'node',
  proves: 'a class, its cache and top-level await made the second build incremental',
  steps: [
    {
      code: `const { mkdir, readFile, writeFile } = require('node:fs/promises');
const { dirname, join } = require('node:path');
const { createHash } = require('node:crypto');`,
    },
    {
      code: `await mkdir('src');
await writeFile('src/name.js', "export const name = () => 'world';\\n");
await writeFile('src/greet.js', "export const greet = (name) => 'Hello ' + name;\\n");
await writeFile('src/main.js', \`import { name } from './name.js';
import { greet } from './greet.js';
export const run = () => greet(name());
\`);`,
    },
    { code: bundler },
    {
      code: `const bundler = new Bundler();
const emit = async (code) => {
  const file = 'app.' + createHash('sha256').update(code).digest('hex').slice(0, 8) + '.mjs';
  await writeFile(file, code);
  return file;
};`,
    },
    {
      code: `let app = await emit(await bundler.build('src/main.js'));`,
      expect: { stdout: 'compile src/name.js\ncompile src/greet.js\ncompile src/main.js\n' },
    },
    { code: `(await import(join(process.cwd(), app))).run()`, expect: { result: `'Hello world'` } },
    {
      code: `await writeFile('src/name.js', "export const name = () => 'Holdfast';\\n");
const first = app;
app = await emit(await bundler.build('src/main.js'));`,
      expect: { stdout: 'compile src/name.js\n' },
    },
    { code: `(await import(join(process.cwd(), app))).run()`, expect: { result: `'Hello Holdfast'` } },
    { code: '[bundler.compiled.size, first !== app]', expect: { result: '[ 3, true ]' } },
  ],
};
