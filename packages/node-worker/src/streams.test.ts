/** stdin for one command, output of what goes on after it, and what the session tells of itself. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionManager } from '@holdfast/core';
import type { RuntimeSession } from '@holdfast/protocol';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { node } from './index.ts';

const manager = createSessionManager({ languages: [node()] });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-streams-'));
afterAll(async () => {
  await manager.terminateAll();
  rmSync(folder, { recursive: true });
});

let session: RuntimeSession;
let count = 0;
beforeEach(() => {
  session = manager.getOrCreateSession(`streams-${++count}`, { language: 'node', timeoutMs: 10_000 });
});
afterEach(() => session.terminate());

/** Runs it, and waits for the first that it prints after its end. */
const lateOutputOf = (code: string): { ended: Promise<unknown>; late: Promise<string> } => {
  const running = session.exec(code);
  const late = new Promise<string>((resolve) => {
    session.subscribe((event) => {
      if (event.type === 'late-output' && event.commandId === running.id) resolve(event.data);
    });
  });
  return { ended: Promise.resolve(running), late };
};

/** From a timer, when the command is over: this waits for a file, which nobody writes earlier. */
const lateOutputOfTimer = async (code: string): Promise<string> => {
  const file = join(folder, `go-${count}`);
  const { ended, late } = lateOutputOf(`const beat = setInterval(() => {
    if (!fs.existsSync(${JSON.stringify(file)})) return;
    clearInterval(beat); ${code} }, 5); 0`);
  await ended;
  writeFileSync(file, '');
  return late;
};

describe('stdin', () => {
  const readers = {
    iterated: 'let text = ""; for await (const chunk of process.stdin) text += chunk; text',
    'by events':
      'let text = ""; process.stdin.on("data", (c) => (text += c)); await new Promise((r) => process.stdin.on("end", r)); text',
    'by readline':
      'let text = ""; for await (const l of readline.createInterface({ input: process.stdin })) text += l + "\\n"; text',
    'at once': 'fs.readFileSync(0, "utf8")',
    'by a child': 'child_process.execSync("cat", { stdio: ["inherit", "pipe", "inherit"] }).toString()',
  };
  for (const [name, code] of Object.entries(readers)) {
    it(`is the command’s own, read ${name}`, async () => {
      expect((await session.exec(code)).result?.text).toBe("''");
      expect((await session.exec(code, { stdin: 'one\ntwo\n' })).result?.text).toBe("'one\\ntwo\\n'");
      expect((await session.exec(code)).result?.text).toBe("''");
      expect((await session.exec(code, { stdin: 'again\n' })).result?.text).toBe("'again\\n'");
    });
  }

  it('that is not read does not reach the next command', async () => {
    await session.exec('process.stdin.once("data", () => {}); 0', { stdin: 'x'.repeat(10_000) });
    expect((await session.exec('fs.readFileSync(0, "utf8")')).result?.text).toBe("''");
  });
});

describe('what goes on after a command', () => {
  it('writes to the late output of the command that began it', async () => {
    expect(await lateOutputOfTimer('console.log("late")')).toBe('late\n');
  });

  it('fails on its stderr', async () => {
    expect(await lateOutputOfTimer('throw new Error("idle")')).toContain('Error: idle');
    expect((await session.exec('1')).success).toBe(true);
  });

  it('does not hold the reply, be it a child, a server or a worker', async () => {
    const code = `
      const child = child_process.spawn('sleep', ['100'], { stdio: 'inherit' });
      const server = net.createServer().listen(0);
      const worker = new worker_threads.Worker('setInterval(() => {}, 1000)', { eval: true });
      setInterval(() => {}, 1000); 0`;
    expect((await session.exec(code)).success).toBe(true);
    expect((await session.exec('console.log("next")')).stdout).toBe('next\n');
    const { jobs } = await session.state();
    expect(jobs.map(({ command }) => command)).toEqual(['sleep 100']);
    expect(jobs[0]?.commandId).toMatch(/^cmd_/);
    expect(
      (await session.exec('console.log("with input:", fs.readFileSync(0, "utf8"))', { stdin: 'yes' })).stdout,
    ).toBe('with input: yes\n');
  });

  it('of a child that shares the output is apart from later commands', async () => {
    const code = `const child = child_process.spawn('sh', ['-c', 'read x; echo from child'], { stdio: ['pipe', 'inherit', 'inherit'] }); 0`;
    const { ended, late } = lateOutputOf(code);
    await ended;
    const next = await session.exec(
      'console.log("mine"); child.stdin.end("go\\n"); await new Promise((r) => child.on("close", r))',
    );
    expect(next.stdout).toBe('mine\n');
    expect(await late).toBe('from child\n');
  });
});

describe('state', () => {
  it('is read from what is alive, without running any of it', async () => {
    await session.exec(`
      import * as url from 'node:url';
      const { join } = require('path'), text = 'x'.repeat(1e6), map = new Map([[1, { a: { b: { c: 1 } } }]]);
      var count = 3; globalThis.made = 1;
      function plain() {} const arrow = () => 1; class Thing {}
      const proxy = new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 }, ownKeys() { throw 3 } });
      const trap = { get boom() { console.log('ran'); throw 1 }, [util.inspect.custom]() { console.log('ran') } };
      Object.defineProperty(globalThis, 'live', { get() { console.log('ran') }, configurable: true });
      const thing = new Thing(); let nothing;`);
    const { functions, imports, variables } = await session.state();
    expect(functions.toSorted()).toEqual(['arrow', 'plain']);
    expect(imports).toEqual({ url: 'node:url', join: 'path' });
    const types = Object.fromEntries(variables.map(({ name, type }) => [name, type]));
    expect(types).toEqual({
      text: 'string',
      map: 'Map',
      count: 'number',
      made: 'number',
      Thing: 'class',
      proxy: 'Proxy',
      trap: 'Object',
      live: 'accessor',
      thing: 'Thing',
      nothing: 'undefined',
    });
    for (const { preview } of variables) {
      expect(preview.length).toBeLessThanOrEqual(80);
      expect(preview).not.toContain('\n');
    }
    expect((await session.exec('1')).stdout).toBe('');
  });

  it('of values that are never done with being shown is told without them, and kept', async () => {
    await session.exec(`let before = 1;
      const endless = { get [Symbol.toStringTag]() { for (;;); } };
      class Thing { static get name() { for (;;); } } const thing = new Thing();
      process.env = new Proxy({}, { ownKeys() { for (;;); } });
      let after = 2;`);
    const { variables, working_dir } = await session.state();
    const previews = Object.fromEntries(variables.map(({ name, preview }) => [name, preview]));
    const unreadable = '(not readable)';
    expect(previews).toMatchObject({ before: '1', endless: unreadable, thing: unreadable, after: '2' });
    expect(working_dir).toBe(process.cwd());
    expect(await session.exec('after')).toMatchObject({ result: { text: '2' }, epoch: 1 });
  });

  it('of the kernel itself does not show', async () => {
    const code =
      'Object.getOwnPropertyNames(globalThis).filter((n) => /guard|kernel|holdfast/i.test(n)).length';
    expect((await session.exec(code)).result?.text).toBe('0');
    expect((await session.exec('new Error("e").stack')).result?.text).toBe(
      "'Error: e\\n    at [command 2]:1:1'",
    );
    expect((await session.exec('Object.keys(require.cache)')).result?.text).toBe('[]');
  });
});

it('runs exit listeners when the session ends', async () => {
  const file = join(folder, 'exit');
  await session.exec(`process.on('exit', () => fs.writeFileSync('${file}', 'ended'))`);
  await session.terminate();
  expect(readFileSync(file, 'utf8')).toBe('ended');
});
