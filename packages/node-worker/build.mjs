/** Bundles the driver: each session thread that uses the language loads it as one file. */
import { bundle } from '../../scripts/lib/bundle.mjs';

await bundle(import.meta.dirname, {
  input: 'src/driver.ts',
  file: 'dist/driver.bundle.cjs',
  format: 'cjs',
});
