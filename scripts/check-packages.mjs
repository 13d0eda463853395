/**
 * Looks at each package as npm would publish it: packs it, then lets publint and attw
 * ("are the types wrong") judge the tarball. ESM only is a choice, so attw's profile allows it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { listWorkspaces } from './lib/paths.mjs';
import { step } from './lib/progress.mjs';
import { run } from './lib/run.mjs';

/** @returns {Promise<{ ok: boolean, output: string }>} */
export async function checkPackages() {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pack-'));
  try {
    const workspaces = listWorkspaces().filter((workspace) => !workspace.isPrivate);
    const packed = await pack(
      workspaces.map(({ name }) => name),
      folder,
    );
    if (!packed.ok) return packed;
    const complaints = [];
    // One after the other: each attw is a process of its own and fills a core.
    for (const { name } of workspaces) {
      const tarball = join(folder, packed.files[name] ?? '');
      complaints.push(...(await publintComplaints(name, tarball)), ...(await attwComplaints(name, tarball)));
    }
    return { ok: complaints.length === 0, output: complaints.join('\n') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string[]} names
 * @param {string} folder
 * @returns {Promise<{ ok: boolean, output: string, files: Record<string, string> }>} tarball names by package
 */
async function pack(names, folder) {
  const scope = names.flatMap((name) => ['-w', name]);
  const { ok, output } = await run('npm', [
    'pack',
    '--json',
    '--silent',
    '--pack-destination',
    folder,
    ...scope,
  ]);
  if (!ok) return { ok, output, files: {} };
  /** @type {{ name: string, filename: string }[]} */
  const entries = Object.values(JSON.parse(output.slice(output.search(/^[[{]/m))));
  return { ok, output, files: Object.fromEntries(entries.map(({ name, filename }) => [name, filename])) };
}

/**
 * @param {string} name
 * @param {string} tarball
 */
async function publintComplaints(name, tarball) {
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    strict: true,
    level: 'warning',
  });
  return messages.map((message) => `publint ${name}: ${formatMessage(message, pkg)}`);
}

/**
 * @param {string} name
 * @param {string} tarball
 */
async function attwComplaints(name, tarball) {
  const { ok, output } = await run('attw', [
    tarball,
    '--profile',
    'esm-only',
    '--no-emoji',
    '--no-color',
    '--format',
    'ascii',
  ]);
  return ok ? [] : [`attw ${name}:\n${output}`];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { ok } = await step('packages (publint, attw)', checkPackages);
  process.exitCode = ok ? 0 : 1;
}
