/** Whatever runs can be ended, wherever it runs, and what was declared is still there. */
import { createSessionManager } from '@holdfast/core';
import type { RuntimeSession } from '@holdfast/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { node } from './index.ts';

const manager = createSessionManager({ languages: [node()] });
let session: RuntimeSession;
beforeAll(async () => {
  session = manager.getOrCreateSession('interrupt', { language: 'node' });
  await session.exec('let kept = 7');
});
afterAll(() => manager.terminateAll());

const forever = 'await new Promise(() => {})';
const begin = 'console.log("begun")';
const endless: Record<string, string> = {
  'a loop': 'while (true) {}',
  'a loop that catches': 'for (;;) { try { while (true) {} } catch {} finally {} }',
  'a waiting command': forever,
  'microtasks by await': 'while (true) await null',
  'microtasks by then': 'Promise.resolve().then(function f() { return Promise.resolve().then(f) })',
  ticks: '(function f() { process.nextTick(f) })()',
  immediates: `(function f() { setImmediate(f) })(); ${forever}`,
  'a regular expression': '/(a+)+$/.test("a".repeat(40) + "b")',
  'Atomics.wait': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  'a child process waited for': 'child_process.execSync("sleep 100")',
  'endless output': 'for (;;) console.log("x".repeat(100))',
  'a value that never ends being shown': '({ [util.inspect.custom]() { for (;;); } })',
  'an error that never ends being shown': 'throw { message: "m", get stack() { for (;;); } }',
};

describe('timeout of', () => {
  for (const [name, code] of Object.entries(endless)) {
    it(name, async () => {
      const result = await session.exec(code, { timeoutMs: 200, onStdout: () => undefined });
      expect(result).toMatchObject({
        timedOut: true,
        success: false,
        interruption: { asked: 'SIGINT', stateKept: true },
      });
      expect(await session.exec('console.log(kept)')).toMatchObject({ stdout: '7\n', epoch: 1 });
    });
  }
});

/** They begin when the command already waits: asked sooner, it would end, and they would begin after it. */
const endlessLater: Record<string, string> = {
  'a timer': `setTimeout(() => { ${begin}; for (;;); }, 5); ${forever}`,
  'an interval': `const i = setInterval(() => { ${begin}; for (;;); }, 5); ${forever}`,
  'an immediate': `setImmediate(() => { ${begin}; for (;;); }); ${forever}`,
  'a callback': `fs.readFile("/etc/passwd", () => { ${begin}; for (;;); }); ${forever}`,
  'what follows a promise of I/O': `await fs.promises.readFile("/etc/passwd"); ${begin}; for (;;);`,
  'what follows a timer': `await new Promise((r) => setTimeout(r, 5)); ${begin}; for (;;);`,
  'a socket': `net.createServer(() => { ${begin}; for (;;); }).listen(0, function () { net.connect(this.address().port) }); ${forever}`,
  'a request listener': `http.createServer(() => { ${begin}; for (;;); }).listen(0, function () { http.get({ port: this.address().port }).on("error", () => {}) }); ${forever}`,
  'a callback under AsyncLocalStorage': `const als = new async_hooks.AsyncLocalStorage(); als.run(1, () => fs.readFile("/etc/passwd", () => { ${begin}; for (;;); })); ${forever}`,
};

describe('interrupt of a loop in', () => {
  for (const [name, code] of Object.entries(endlessLater)) {
    it(name, async () => {
      const result = await session.exec(code, { onStdout: () => void session.interrupt() });
      expect(result).toMatchObject({
        stdout: 'begun\n',
        interrupted: true,
        success: false,
        interruption: { asked: 'SIGINT', stateKept: true },
      });
      expect(await session.exec('console.log(kept)')).toMatchObject({ stdout: '7\n', epoch: 1 });
    });
  }
});

it('calls the user’s SIGINT listeners first, and then takes no notice of them', async () => {
  await session.exec('process.on("SIGINT", () => console.log("mine"))');
  // Asked once it waits: a loaded machine may take longer to get so far than any limit.
  const sayBegun = `setImmediate(() => ${begin})`;
  const onStdout = (data: string): void => void (data.includes('begun') && session.interrupt());
  expect(await session.exec(`${sayBegun}; ${forever}`, { onStdout })).toMatchObject({
    stdout: 'begun\nmine\n',
    interrupted: true,
    // The second or, where that comes late, one that repeats it.
    interruption: { escalatedTo: expect.stringMatching(/SIGINT/), stateKept: true },
  });
  const listening = session.exec(
    `let resolveIt; const asked = new Promise((resolve) => { resolveIt = resolve });
    process.on("SIGINT", () => resolveIt("handled")); ${sayBegun}; await asked`,
    { onStdout },
  );
  expect(await listening).toMatchObject({ result: { text: "'handled'" }, stdout: 'begun\nmine\n' });
  await session.exec('process.removeAllListeners("SIGINT")');
  expect(await session.exec('for (;;);', { timeoutMs: 100 })).toMatchObject({
    interruption: { stateKept: true },
  });
});

it('ends with code 130 when it waits', async () => {
  const running = session.exec(`console.log("begun"); ${forever}`, {
    onStdout: () => void session.interrupt(),
  });
  const { interrupted, exitCode, error } = await running;
  expect([interrupted, exitCode, error?.name]).toEqual([true, 130, 'Interrupted']);
});

it('leaves timers of earlier commands running', async () => {
  await session.exec('let beats = 0; const beat = setInterval(() => beats++, 5)');
  await session.exec('for (;;);', { timeoutMs: 100 });
  const before = Number((await session.exec('beats')).result?.text);
  await session.exec('await new Promise((r) => setTimeout(r, 100))');
  expect(Number((await session.exec('clearInterval(beat); beats')).result?.text)).toBeGreaterThan(before);
});

it('lets a command that sends itself SIGINT, and listens, go on', async () => {
  const code = `process.once("SIGINT", (name) => console.log(name)); process.kill(process.pid, "SIGINT");
    console.log("after"); await new Promise((r) => setTimeout(r, 5)); kept`;
  expect(await session.exec(code)).toMatchObject({ stdout: 'after\nSIGINT\n', result: { text: '7' } });
});
