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
const endless: Record<string, string> = {
  'a loop': 'while (true) {}',
  'a loop that catches': 'for (;;) { try { while (true) {} } catch {} finally {} }',
  'a waiting command': forever,
  'microtasks by await': 'while (true) await null',
  'microtasks by then': 'Promise.resolve().then(function f() { return Promise.resolve().then(f) })',
  ticks: '(function f() { process.nextTick(f) })()',
  immediates: `(function f() { setImmediate(f) })(); ${forever}`,
  'a loop in a timer': `setTimeout(() => { for (;;); }, 5); ${forever}`,
  'a loop in an interval': `const i = setInterval(() => { for (;;); }, 5); ${forever}`,
  'a loop in an immediate': `setImmediate(() => { for (;;); }); ${forever}`,
  'a loop in a callback': `fs.readFile("/etc/passwd", () => { for (;;); }); ${forever}`,
  'a loop after a promise of I/O': 'await fs.promises.readFile("/etc/passwd"); for (;;);',
  'a loop after a timer': 'await new Promise((r) => setTimeout(r, 5)); for (;;);',
  'a loop in a socket': `net.createServer(() => { for (;;); }).listen(0, function () { net.connect(this.address().port) }); ${forever}`,
  'a loop under AsyncLocalStorage': `const als = new async_hooks.AsyncLocalStorage(); als.run(1, () => fs.readFile("/etc/passwd", () => { for (;;); })); ${forever}`,
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
      expect(result.durationMs).toBeLessThan(3_000);
      expect(await session.exec('console.log(kept)')).toMatchObject({ stdout: '7\n', epoch: 1 });
    });
  }
});

it('calls the user’s SIGINT listeners first, and then takes no notice of them', async () => {
  await session.exec('process.on("SIGINT", () => console.log("mine"))');
  expect(await session.exec(forever, { timeoutMs: 100 })).toMatchObject({
    stdout: 'mine\n',
    timedOut: true,
    interruption: { escalatedTo: 'second SIGINT', stateKept: true },
  });
  // Asked once it waits: a loaded machine may take longer to get so far than any limit.
  const listening = session.exec(
    `let resolveIt; const asked = new Promise((resolve) => { resolveIt = resolve });
    process.on("SIGINT", () => resolveIt("handled")); setImmediate(() => console.log("begun")); await asked`,
    { onStdout: (data) => void (data.includes('begun') && session.interrupt()) },
  );
  expect(await listening).toMatchObject({ result: { text: "'handled'" }, stdout: 'begun\nmine\n' });
  await session.exec('process.removeAllListeners("SIGINT")');
  expect(await session.exec('for (;;);', { timeoutMs: 100 })).toMatchObject({
    interruption: { stateKept: true },
  });
});

it('ends at once with code 130 when it waits', async () => {
  const running = session.exec(`console.log("begun"); ${forever}`, {
    onStdout: () => void session.interrupt(),
  });
  const { interrupted, exitCode, error, durationMs } = await running;
  expect([interrupted, exitCode, error?.name]).toEqual([true, 130, 'Interrupted']);
  expect(durationMs).toBeLessThan(3_000);
});

it('leaves timers of earlier commands running', async () => {
  await session.exec('let beats = 0; const beat = setInterval(() => beats++, 5)');
  await session.exec('for (;;);', { timeoutMs: 100 });
  const before = Number((await session.exec('beats')).result?.text);
  await session.exec('await new Promise((r) => setTimeout(r, 100))');
  expect(Number((await session.exec('clearInterval(beat); beats')).result?.text)).toBeGreaterThan(before);
});
