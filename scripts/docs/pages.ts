/** The pages whose words are checked. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';
import { findFiles } from '../lib/source-files.mjs';

export interface Page {
  /** Relative to the root. */
  path: string;
  text: string;
}

/** The root's pages, `docs/`, and the READMEs of the packages and the examples. */
export const readPages = (): Page[] => {
  const ofRoot = readdirSync(root).filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md');
  const readmes = findFiles(root, ['examples', 'packages'], /^README\.md$/);
  return [...ofRoot, ...findFiles(root, ['docs'], /\.md$/), ...readmes]
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
};
