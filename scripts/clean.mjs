/** `npm run clean`: removes what builds leave behind, so that the next one starts from nothing. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { listWorkspaces, root } from './lib/paths.mjs';

const leavings = ['.turbo', 'node_modules/.cache'];
for (const { dir } of listWorkspaces()) leavings.push(join(dir, 'dist'), join(dir, '.turbo'));
for (const path of leavings) rmSync(join(root, path), { recursive: true, force: true });
