/**
 * Bundles the entry into one CommonJS file: `holdfast exec` then loads Node's own modules and nothing else.
 * Everything beyond `exec` is imported when it is asked for, from the modules beside it.
 */
import { build } from 'rolldown';

await build({
  input: 'src/holdfast.ts',
  cwd: import.meta.dirname,
  platform: 'node',
  tsconfig: 'tsconfig.json',
  logLevel: 'warn',
  // Of the packages' indexes only what is used: the schemas of the protocol alone would double the start.
  treeshake: { moduleSideEffects: false },
  plugins: [
    {
      name: 'leave-lazy-modules-where-they-are',
      resolveId(source, _importer, { kind }) {
        if (kind !== 'dynamic-import') return null;
        return { id: source.replace(/\.ts$/, '.js'), external: 'relative' };
      },
    },
  ],
  output: { file: 'dist/holdfast.cjs', format: 'cjs', codeSplitting: false },
});
