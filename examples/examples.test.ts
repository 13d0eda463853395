/** Each example is run as a user would: a process of its own that must end well and by itself. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const examples = readdirSync(import.meta.dirname).filter((name) => /^\d\d-.*\.mjs$/.test(name));

test('there are twelve', () => {
  expect(examples.map((name) => name.slice(0, 2))).toEqual(
    Array.from({ length: 12 }, (_, index) => String(index + 1).padStart(2, '0')),
  );
});

test.each(examples)('%s', { timeout: 60_000 }, async (name) => {
  const { exitCode, stdout, stderr } = await run(name);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.split('\n').length, 'it tells its story').toBeGreaterThan(3);
});

function run(name: string): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, name)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
