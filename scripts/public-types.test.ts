import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findAny, reachableDeclarations } from './lib/any-types.mjs';
import { entrySources, listWorkspaces, root } from './lib/paths.mjs';

const published = listWorkspaces().filter((workspace) => !workspace.isPrivate);

describe.each(published)('$name', (workspace) => {
  test('has no any in its public declarations', () => {
    const entries = entrySources(workspace)
      .map((source) => `${source.replace('/src/', '/dist/')}.d.ts`)
      // Not an API: the thread entry has an export so that it can be found, and is typed as a whole.
      .filter((path) => existsSync(join(root, path)) && !path.endsWith('/run-session-thread.d.ts'));
    expect(entries, 'run `npm run build` first').not.toEqual([]);
    const read = (path: string) => readFileSync(join(root, path), 'utf8');
    const declarations = reachableDeclarations(entries, read);
    expect(declarations.flatMap((path) => findAny(path, read(path)))).toEqual([]);
  });
});

test('declarations are followed from an entry to all that it shows', () => {
  const files: Record<string, string> = {
    'p/dist/index.d.ts': "export { a } from './a.ts';\nexport type * from './deep/b.js';",
    'p/dist/a.d.ts': "import type { C } from './deep/c.js';\nexport declare const a: C;",
    'p/dist/deep/b.d.ts': "import { z } from 'zod';\nexport type B = typeof import('../d.js').d;",
    'p/dist/deep/c.d.ts': "import type { A } from '../a.js';\nexport type C = A;",
    'p/dist/d.d.ts': 'export declare const d: number;',
    'p/dist/hidden.d.ts': 'export declare const hidden: any;',
  };
  const found = reachableDeclarations(['p/dist/index.d.ts'], (path) => files[path] ?? '');
  expect(found.sort()).toEqual(
    Object.keys(files)
      .filter((path) => !path.includes('hidden'))
      .sort(),
  );
});

test('any is found wherever it hides, and only there', () => {
  const text = [
    '/** any comment may say any */',
    "export type Word = 'any';",
    'export declare function open(options: { inner: Map<string, any[]> }): Promise<void>;',
    'export interface Any { any: unknown }',
    'export declare const pair: readonly [number, any];',
  ].join('\n');
  expect(findAny('x.d.ts', text)).toEqual([
    'x.d.ts:3: export declare function open(options: { inner: Map<string, any[]> }): Promise<void>;',
    'x.d.ts:5: export declare const pair: readonly [number, any];',
  ]);
});
