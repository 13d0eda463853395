/** Who uses one adapter needs no other framework; who uses none needs none. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const { exports, peerDependencies, peerDependenciesMeta } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as {
  exports: Record<string, unknown>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};
const frameworks = Object.keys(peerDependencies);
/** Entries that load a framework; of OpenAI and Anthropic only types are used. */
const loads: Record<string, string> = { './ai-sdk': 'ai', './langchain': '@langchain/core' };

describe('entries', () => {
  it('every framework is optional', () => {
    expect(frameworks).toEqual(['@anthropic-ai/sdk', '@langchain/core', 'ai', 'openai']);
    expect(peerDependenciesMeta).toEqual(
      Object.fromEntries(frameworks.map((name) => [name, { optional: true }])),
    );
  });

  it.each(Object.keys(exports))('%s loads without the frameworks of the others', async (entry) => {
    const missing = frameworks.filter((name) => name !== loads[entry]);
    const names = await importWithout(entry.replace('.', '@holdfast/tools'), missing);
    expect(names).not.toEqual([]);
    const needed = loads[entry];
    if (needed) {
      await expect(importWithout(entry.replace('.', '@holdfast/tools'), [needed])).rejects.toThrow(
        `missing ${needed}`,
      );
    }
  });
});

/** Names that the entry exports, in a process that can not find these packages. */
async function importWithout(entry: string, missing: string[]): Promise<string[]> {
  const hooks = `
    const missing = ${JSON.stringify(missing)};
    export const resolve = (specifier, context, next) => {
      const name = missing.find((name) => specifier === name || specifier.startsWith(name + '/'));
      if (name) throw new Error('missing ' + name);
      return next(specifier, context);
    };`;
  const program = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
    console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(entry)}))));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
  });
  return JSON.parse(stdout);
}
