import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findInterpreter } from './interpreter.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-interpreter-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const addScript = (folder: string, text: string): string => {
  mkdirSync(join(root, folder), { recursive: true });
  const path = join(root, folder, 'python3');
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
};

it('takes a program as it is, by path or by name, and keeps a virtual environment’s link', async () => {
  mkdirSync(join(root, 'bin'));
  symlinkSync(process.execPath, join(root, 'bin/python3'));
  expect(await findInterpreter('python3', { PATH: `/nowhere:${root}/bin` })).toBe(join(root, 'bin/python3'));
  expect(await findInterpreter(`${root}/bin/python3`, {})).toBe(join(root, 'bin/python3'));
});

it('asks a shim for the real one, once', async () => {
  const shim = addScript('bin', `#!/bin/sh\necho asked >> ${root}/log\necho /real/python3\n`);
  expect(await findInterpreter('python3', { PATH: `${root}/bin` })).toBe('/real/python3');
  writeFileSync(shim, '#!/bin/sh\nexit 1\n');
  expect(await findInterpreter('python3', { PATH: `${root}/bin` })).toBe('/real/python3');
});

it('reads what pyenv would read, without starting it', async () => {
  addScript('shims', '#!/bin/sh\nexit 1\n');
  for (const version of ['3.1.1', '3.2.2']) {
    mkdirSync(join(root, `versions/${version}/bin`), { recursive: true });
    symlinkSync(process.execPath, join(root, `versions/${version}/bin/python3`));
  }
  writeFileSync(join(root, 'version'), '3.1.1\n');
  const PATH = `${root}/shims`;
  expect(await findInterpreter('python3', { PATH })).toBe(join(root, 'versions/3.1.1/bin/python3'));
  const env = { PATH, PYENV_VERSION: '3.2.2' };
  expect(await findInterpreter('python3', env)).toBe(join(root, 'versions/3.2.2/bin/python3'));
});

it('says what is missing', async () => {
  await expect(findInterpreter('python3', { PATH: root })).rejects.toThrow(
    'python3 was not found on the session',
  );
});
