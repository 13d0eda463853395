/** Runs a tool and keeps its output, so that only failures need to be shown. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './paths.mjs';

/**
 * @typedef {object} RunResult
 * @property {boolean} ok
 * @property {string} output stdout and stderr as they came
 */

/**
 * Runs a program in the repository's root. Tools of `node_modules/.bin` are found by name.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, show?: boolean, timeoutMs?: number }} [options] `show`: straight to the terminal
 * @returns {Promise<RunResult>}
 */
export function run(file, args, { env = {}, show = false, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ ok: false, output: `${error.message}. Has npm ci been run?` }));
    child.on('close', (code, signal) => {
      const output = Buffer.concat(chunks).toString();
      resolve({ ok: code === 0, output: signal ? `${output}\n${file} was ended by ${signal}` : output });
    });
  });
}
