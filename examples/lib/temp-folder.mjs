import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * An empty folder that is gone when this process ends.
 *
 * @param {string} name
 */
export function makeTempFolder(name) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `holdfast-example-${name}-`)));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
