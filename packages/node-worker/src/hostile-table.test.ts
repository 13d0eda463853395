/**
 * The hostile table for Node, row by row: whatever is run, there is a correct result, and the next command works
 * and finds earlier variables, functions and the working directory. hostile.test.ts goes deeper into vandalism,
 * interrupt.test.ts into loops.
 */
import { createSessionManager } from '@holdfast/core';
import { type HostileRow, withSession } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { node } from './index.ts';

const manager = createSessionManager({ languages: [node({ maxHeapMb: 64 })] });
afterAll(() => manager[Symbol.asyncDispose]());

const kept = { timedOut: true, interruption: expect.objectContaining({ stateKept: true }) };
const quick = { timeoutMs: 300 };
const failing = (message: string): unknown => expect.objectContaining({ message });

const globals: HostileRow[] = [
  {
    name: 'console redefined',
    code: 'console = { log() {}, error: null }; console.log("away")',
    expect: { stdout: '', exitCode: 0 },
  },
  {
    name: 'process.stdout replaced',
    code: 'Object.defineProperty(process, "stdout", { value: null, configurable: true }); typeof process.stdout',
    expect: { exitCode: 0 },
  },
  {
    name: 'process.stdout.write redefined',
    code: 'process.stdout.write = () => { throw new Error("no") }; 0',
    expect: { exitCode: 0 },
    undo: 'delete process.stdout.write',
  },
  {
    name: 'JSON redefined',
    code: 'JSON = { parse: null, stringify() { throw 1 } }; 0',
    expect: { exitCode: 0 },
  },
  {
    name: 'Promise redefined',
    code: 'Promise = class { then() { throw 1 } }; await 5',
    expect: { exitCode: 0, result: expect.objectContaining({ text: '5' }) },
  },
  {
    name: 'globalThis properties redefined',
    code: 'for (const k of ["Object", "Array", "Map", "Symbol", "Error", "Reflect", "Buffer", "setTimeout", "queueMicrotask"]) globalThis[k] = null; 0',
    expect: { exitCode: 0 },
  },
  {
    name: 'globalThis frozen',
    code: 'try { Object.freeze(globalThis) } catch {} 0',
    expect: { exitCode: 0 },
  },
  {
    name: 'prototype pollution',
    code: 'Object.prototype.exitCode = 9; Object.prototype.stdin = "x"; Array.prototype[3] = "y"; Object.prototype.toString = () => "z"; 0',
    expect: { exitCode: 0 },
  },
  {
    name: 'a clock that stands still',
    code: 'Date.now = performance.now = process.hrtime = () => 0; Date = null; 0',
    expect: { exitCode: 0 },
  },
];

const ends: HostileRow[] = [
  {
    name: 'process.exit(3)',
    code: 'console.log("said"); process.exit(3)',
    expect: { exitCode: 3, exited: true, stdout: 'said\n' },
  },
  {
    name: 'process.abort()',
    code: 'console.log("said"); process.abort()',
    expect: { exitCode: 134, signal: 'SIGABRT', stdout: 'said\n' },
    loses: true,
  },
  {
    name: 'process.kill of itself',
    code: 'process.kill(process.pid, "SIGKILL")',
    expect: { exitCode: 137, signal: 'SIGKILL' },
    loses: true,
  },
  {
    name: 'process.kill of its group with SIGINT',
    code: 'process.kill(0, "SIGINT"); console.log("never"); await new Promise((r) => setTimeout(r, 5_000))',
    expect: { exitCode: 130, stdout: '' },
  },
  {
    name: 'out of memory',
    code: 'const all = []; for (;;) all.push(new Array(1e5).fill(0))',
    options: { timeoutMs: 30_000 },
    expect: { signal: 'SIGABRT', success: false },
    loses: true,
  },
];

const errors: HostileRow[] = [
  {
    name: 'uncaught error while it waits',
    code: 'setTimeout(() => { throw new Error("uncaught") }, 5); await new Promise(() => {})',
    expect: { exitCode: 1, error: failing('uncaught') },
  },
  {
    name: 'unhandled rejection while it waits',
    code: 'setTimeout(() => { Promise.reject(new Error("unhandled")) }, 5); await new Promise(() => {})',
    expect: { exitCode: 1, error: failing('unhandled') },
  },
  {
    name: 'uncaught error later',
    code: 'setImmediate(() => { throw new Error("later") }); 0',
    expect: { exitCode: 0 },
  },
  {
    name: 'unhandled rejection later',
    code: 'setImmediate(() => { Promise.reject(new Error("later")) }); 0',
    expect: { exitCode: 0 },
  },
];

const loops: HostileRow[] = [
  { name: 'an endless loop', code: 'while (true) {}', options: quick, expect: kept },
  {
    name: 'an endless microtask loop',
    code: '(function f() { Promise.resolve().then(f) })()',
    options: quick,
    expect: kept,
  },
  { name: 'while (true) await null', code: 'while (true) await null', options: quick, expect: kept },
  {
    name: 'leaked timers',
    code: 'for (let i = 0; i < 1_000; i++) setInterval(() => {}, 1); 0',
    expect: { exitCode: 0 },
  },
];

const places: HostileRow[] = [
  {
    name: 'closed fds',
    code: 'for (let fd = 0; fd < 3; fd++) fs.closeSync(fd)',
    expect: { exitCode: 0 },
  },
  {
    name: 'process.chdir to nowhere',
    code: 'process.chdir("/nowhere/at/all")',
    expect: { exitCode: 1, error: expect.objectContaining({ message: expect.stringContaining('ENOENT') }) },
  },
  {
    name: 'worker_threads',
    code: 'const w = new worker_threads.Worker("require(\'worker_threads\').parentPort.postMessage(6 * 7)", { eval: true }); await new Promise((r) => w.once("message", r))',
    expect: { result: expect.objectContaining({ text: '42' }) },
  },
  {
    name: 'worker_threads that never end',
    code: 'new worker_threads.Worker("for (;;);", { eval: true }); 0',
    expect: { exitCode: 0 },
  },
  {
    name: 'child_process with inherited stdio',
    code: 'child_process.spawnSync("sh", ["-c", "echo out; echo err >&2; cat"], { stdio: "inherit" }); 0',
    options: { stdin: 'in\n' },
    expect: { stdout: 'out\nin\n', stderr: 'err\n' },
  },
  {
    name: 'child_process with inherited stdio, running on',
    code: 'child_process.spawn("sleep", ["100"], { stdio: "inherit" }); 0',
    expect: { exitCode: 0 },
  },
];

/** More than the command itself is given: others follow it. */
const longestRowMs = 120_000;

const table = { globals, ends, errors, loops, places };

const runRow = (row: HostileRow): Promise<void> =>
  withSession(manager, { language: 'node' }, async (session, folder) => {
    await session.exec('let kept = 41; function keeper() { return kept + 1 } const log = console.log');
    const result = await session.exec(row.code, { timeoutMs: 8_000, ...row.options });
    expect(result).toMatchObject({ ...row.expect });
    expect(result.stateLost?.language).toBe(row.loses ? 'node' : undefined);
    if (row.undo) await session.exec(row.undo);
    const next = await session.exec(row.loses ? 'typeof keeper' : 'keeper()');
    expect([next.result?.text, next.epoch]).toEqual(row.loses ? ["'undefined'", 2] : ['42', 1]);
    const state = await session.state();
    expect([state.working_dir, state.functions.includes('keeper')]).toEqual([folder, !row.loses]);
    if (row.loses) return;
    expect((await session.exec('log("alive")')).stdout).toBe('alive\n');
    const stopped = await session.exec('for (;;);', { timeoutMs: 100 });
    expect([stopped.timedOut, stopped.interruption?.stateKept]).toEqual([true, true]);
  });

for (const [category, rows] of Object.entries(table)) {
  describe(`hostile Node: ${category}`, () => {
    for (const row of rows) it(row.name, () => runRow(row), longestRowMs);
  });
}
