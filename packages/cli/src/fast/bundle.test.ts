/** `exec` starts as fast as Node does, as long as it loads nothing beside its own bundle. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openPlace } from '../testing/place.ts';

const bundle = readFileSync(new URL('../../dist/holdfast.cjs', import.meta.url), 'utf8');

describe('the bundle', () => {
  it('requires these modules of Node’s and no other', () => {
    const required = [...bundle.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name).sort();
    expect(required).toEqual(['node:fs', 'node:net', 'node:path']);
    expect(bundle.length).toBeLessThan(64 * 1024);
  });

  it('imports the rest only when it is asked for', async () => {
    const imported = [...bundle.matchAll(/\bimport\("([^"]+)"\)/g)].map(([, name]) => name).sort();
    expect(imported).toEqual(['./lazy/ensure-daemon.js', './lazy/missing-session.js', './lazy/program.js']);
  });

  it('is all that an exec on a running daemon loads', async () => {
    const place = openPlace();
    try {
      await place.sh('holdfast start --name s');
      const report = `process.on('exit', () => console.error(Object.keys(require.cache).map((file) => require('node:path').basename(file)).join()))`;
      const { stdout, stderr } = await place.sh(
        `echo "${report}" > report.cjs; node --require ./report.cjs "$(readlink -f "$(command -v holdfast)")" exec s --no-json -- echo hi`,
      );
      expect({ stdout, stderr }).toEqual({
        stdout: 'hi\n',
        stderr: 'report.cjs,holdfast.cjs,holdfast.cjs\n',
      });
    } finally {
      await place.close();
    }
  });
});
