/**
 * Installs what the tests need beyond Node: with apt-get where that is possible (root on Debian or
 * its kin); elsewhere it tells what is missing and goes on, and the tests that need it are left out.
 */
import { accessSync, constants } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { step } from './lib/progress.mjs';
import { run } from './lib/run.mjs';
import { describeMissing, findMissing } from './lib/system-tools.mjs';

const aptGet = '/usr/bin/apt-get';
const tenMinutes = 600_000;

/** Installs what is missing if it can. Never fails: what stays missing is told at the end of the tests. */
export function setUpSystem() {
  return step('system packages', async () => {
    const wanted = findMissing();
    if (wanted.length === 0) return { ok: true };
    const output = canInstall() ? await install(wanted.map((tool) => tool.debianPackage)) : '';
    const missing = findMissing();
    const installed = wanted.filter((tool) => !missing.includes(tool)).map((tool) => tool.debianPackage);
    const notes = [
      installed.length > 0 ? `installed ${installed.join(', ')}` : '',
      missing.length > 0 ? `missing ${missing.map((tool) => tool.program).join(', ')}` : '',
    ];
    if (output && missing.length > 0) console.log(output);
    return { ok: true, note: notes.filter((note) => note !== '').join('; ') };
  });
}

function canInstall() {
  if (process.getuid?.() !== 0) return false;
  try {
    accessSync(aptGet, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string[]} packages
 * @returns {Promise<string>} what apt-get had to say, if it failed
 */
async function install(packages) {
  if ((await apt(installArgs(packages))).ok) return '';
  // A fresh image has no package lists.
  const update = await apt(['update', '-qq']);
  const complaints = update.ok ? [] : [update.output];
  // One by one, so that a package that this release lacks does not cost the others.
  for (const name of packages) {
    const { ok, output } = await apt(installArgs([name]));
    if (!ok) complaints.push(output);
  }
  return complaints.join('\n').trim();
}

/** @param {string[]} packages */
const installArgs = (packages) => ['install', '-y', '-qq', '--no-install-recommends', ...packages];

/** @param {string[]} args */
function apt(args) {
  return run(aptGet, ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3', ...args], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs: tenMinutes,
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await setUpSystem();
  const missing = findMissing();
  if (missing.length > 0) {
    console.log(describeMissing(missing));
    process.exitCode = 1;
  }
}
