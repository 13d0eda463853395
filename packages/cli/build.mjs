/**
 * Bundles the program: the entry into one CommonJS file, so that `holdfast exec` loads Node's own modules and nothing
 * else; the other commands, and the libraries that all of them need, into a few modules in `dist/lazy`.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const shared = {
  cwd: import.meta.dirname,
  platform: /** @type {const} */ ('node'),
  tsconfig: 'tsconfig.json',
  // Node 20 does not know await using.
  transform: { target: 'node20.19' },
  logLevel: /** @type {const} */ ('warn'),
};

await build({
  ...shared,
  input: 'src/holdfast.ts',
  // Of the packages' indexes only what is used: the schemas of the protocol alone would double the start.
  treeshake: { moduleSideEffects: false },
  plugins: [
    {
      name: 'leave-lazy-modules-where-they-are',
      resolveId(source, _importer, { kind }) {
        if (kind !== 'dynamic-import') return null;
        return { id: `./lazy/${source.split('/').at(-1)?.replace(/\.ts$/, '.js')}`, external: 'relative' };
      },
    },
  ],
  output: { file: 'dist/holdfast.cjs', format: 'cjs', codeSplitting: false },
});

rmSync(join(import.meta.dirname, 'dist/lazy'), { recursive: true, force: true });
await build({
  ...shared,
  input: {
    program: 'src/program.ts',
    'ensure-daemon': 'src/daemon/ensure-daemon.ts',
    'missing-session': 'src/missing-session.ts',
  },
  // Each has threads or files of its own beside its modules.
  external: ['holdfast', '@holdfast/mcp', '@holdfast/server'],
  output: { dir: 'dist/lazy', format: 'esm', chunkFileNames: '[name].js' },
});
