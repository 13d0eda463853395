import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findBreaches } from './lib/import-rules.mjs';
import { entrySources, listWorkspaces, root } from './lib/paths.mjs';
import { findFiles, parseFiles, parseSource } from './lib/source-files.mjs';

const workspaces = [
  { dir: 'packages/protocol', name: '@holdfast/protocol' },
  { dir: 'packages/core', name: '@holdfast/core' },
  { dir: 'packages/shell-worker', name: '@holdfast/shell-worker' },
  { dir: 'packages/node-worker', name: '@holdfast/node-worker' },
  { dir: 'packages/holdfast', name: 'holdfast' },
  { dir: 'packages/client', name: '@holdfast/client' },
  { dir: 'packages/server', name: '@holdfast/server' },
  { dir: 'apps/demo', name: '@holdfast/demo' },
];

const breaches = (path: string, text: string, entries: string[] = []) =>
  findBreaches([parseSource(path, text)], workspaces, new Set(entries));

describe('the repository', () => {
  const house = listWorkspaces();
  const folders = house.map(({ dir }) => dir);

  test('keeps the import rules', () => {
    const files = parseFiles(root, findFiles(root, folders, /\.(tsx?|mjs)$/));
    expect(findBreaches(files, house, new Set(house.flatMap(entrySources)))).toEqual([]);
  });

  test('has no source file over 500 lines', () => {
    const paths = findFiles(root, [...folders, 'scripts'], /\.(tsx?|m?js|py|sh|bash|zsh)$/);
    const long = parseLineCounts(paths).filter(({ lines }) => lines > 500);
    expect(long).toEqual([]);
  });
});

describe('direction', () => {
  test.each([
    ['packages/core/src/a.ts', "import type { Language } from '@holdfast/protocol';"],
    ['packages/shell-worker/src/a.ts', "import { jsonKernel } from '@holdfast/core/driver-kit';"],
    ['packages/holdfast/src/a.ts', "import { bash } from '@holdfast/shell-worker';"],
    ['apps/demo/src/a.tsx', "import { createSessionManager } from 'holdfast';"],
    ['packages/client/src/a.ts', "import type { Language } from '@holdfast/protocol';"],
    ['packages/core/src/deep/a.ts', "import { b } from '../b.ts';"],
    ['packages/core/src/a.test.ts', "import cases from '../../../cases.ts';"],
  ])('%s may: %s', (path, text) => {
    expect(breaches(path, text)).toEqual([]);
  });

  test.each([
    ['packages/protocol/src/a.ts', "import type { Thing } from '@holdfast/core';"],
    ['packages/core/src/a.ts', "import { bash } from '@holdfast/shell-worker';"],
    ['packages/core/src/a.ts', "const { bash } = await import('@holdfast/shell-worker/driver');"],
    ['packages/core/src/a.ts', "export { a } from 'holdfast'; export const own = 1;"],
    ['packages/shell-worker/src/a.ts', "import { node } from '@holdfast/node-worker';"],
    ['packages/client/src/a.ts', "import type { Manager } from '@holdfast/core';"],
    ['packages/holdfast/src/a.ts', "import '@holdfast/demo';"],
  ])('%s may not: %s', (path, text) => {
    expect(breaches(path, text)).toEqual([
      expect.stringMatching(/imports run protocol ← core ← workers ← holdfast ← tools ← apps$/),
    ]);
  });

  test('a relative path does not lead out of the package', () => {
    expect(breaches('packages/holdfast/src/a.ts', "import { b } from '../../core/src/b.ts';")).toEqual([
      'packages/holdfast/src/a.ts reaches out of its package: ../../core/src/b.ts',
    ]);
  });
});

describe('a test', () => {
  test('may import what its package may not', () => {
    const text = "import { startDaemon } from '@holdfast/server';";
    expect(breaches('packages/client/src/a.test.ts', text)).toEqual([]);
    expect(breaches('packages/client/src/a.ts', text)).toHaveLength(1);
  });
});

describe('protocol', () => {
  test.each(['node:fs', 'fs', 'node:worker_threads'])('does not import %s, not even a type', (name) => {
    expect(breaches('packages/protocol/src/a.ts', `import type { X } from '${name}';`)).toEqual([
      `packages/protocol/src/a.ts imports ${name}: protocol also runs in a browser`,
    ]);
  });

  test('has tests that may use Node', () => {
    expect(breaches('packages/protocol/src/a.test.ts', "import { readFileSync } from 'node:fs';")).toEqual(
      [],
    );
  });
});

describe('doors', () => {
  const allowed = {
    piscina: 'packages/core/src/host/thread-pool.ts',
    comlink: 'packages/core/src/rpc/endpoint.ts',
    execa: 'packages/core/src/kernel/child-kernel.ts',
  };

  test.each(Object.entries(allowed))('%s is imported by %s alone', (library, door) => {
    const text = `import * as library from '${library}';`;
    expect(breaches(door, text)).toEqual([]);
    expect(breaches('packages/core/src/a.ts', text)).toEqual([
      `packages/core/src/a.ts imports ${library}: only ${door} does`,
    ]);
  });

  test('types pass anywhere', () => {
    expect(breaches('packages/shell-worker/src/a.ts', "import type { Endpoint } from 'comlink';")).toEqual(
      [],
    );
    expect(breaches('packages/shell-worker/src/a.ts', "import { type Endpoint } from 'comlink';")).toEqual(
      [],
    );
  });

  test('one value among types does not pass, nor does a bare import', () => {
    expect(breaches('packages/core/src/a.ts', "import { type Remote, wrap } from 'comlink';")).toHaveLength(
      1,
    );
    expect(breaches('packages/core/src/a.ts', "import 'execa';")).toHaveLength(1);
  });

  test('names that only look alike pass', () => {
    expect(breaches('packages/core/src/a.ts', "import { x } from 'execa-like';")).toEqual([]);
  });
});

describe('barrels', () => {
  const text = "export { a } from './a.ts';\nexport type * from './b.ts';\n";

  test('only an entry of the package may just re-export', () => {
    expect(breaches('packages/core/src/index.ts', text, ['packages/core/src/index'])).toEqual([]);
    expect(breaches('packages/core/src/host/index.ts', text, ['packages/core/src/index'])).toEqual([
      'packages/core/src/host/index.ts only re-exports: import from where a thing is defined',
    ]);
  });

  test('a file with something of its own is none', () => {
    expect(breaches('packages/core/src/a.ts', `${text}export const own = 1;`)).toEqual([]);
  });
});

test('an entry is the source of what exports point to', () => {
  const exports = {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './kit': './dist/kernel/kit.js',
    './package.json': './package.json',
  };
  expect(entrySources({ dir: 'packages/core', name: '@holdfast/core', isPrivate: false, exports })).toEqual([
    'packages/core/src/index',
    'packages/core/src/kernel/kit',
  ]);
});

function parseLineCounts(paths: string[]): { path: string; lines: number }[] {
  return paths.map((path) => ({
    path,
    lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1,
  }));
}
