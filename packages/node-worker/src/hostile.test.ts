/** What user code does to the process it runs in; each row ends with the session alive and its state kept. */
import { createSessionManager } from '@holdfast/core';
import type { RuntimeSession } from '@holdfast/protocol';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { node } from './index.ts';

const manager = createSessionManager({ languages: [node({ maxHeapMb: 64 })] });
afterAll(() => manager.terminateAll());

let session: RuntimeSession;
let count = 0;
beforeEach(async () => {
  session = manager.getOrCreateSession(`hostile-${++count}`, { language: 'node', timeoutMs: 10_000 });
  await session.exec('let kept = 42; const log = console.log');
});
afterEach(() => session.terminate());

const vandalism: Record<string, string> = {
  'JSON, Promise and console gone': 'JSON = null; Promise = null; console.log = null',
  'promises that throw':
    'Promise.prototype.then = () => { throw 1 }; Promise.prototype.constructor = Object; 0',
  'arrays that can do nothing':
    'Array.prototype.push = () => { throw 1 }; Array.prototype.map = null; Array.prototype[Symbol.iterator] = null; 0',
  'no reflection':
    'Object.keys = Object.defineProperty = Object.create = null; Reflect.apply = Function.prototype.call = Function.prototype.apply = null; 0',
  'a polluted Object.prototype':
    'for (const k of ["type", "id", "then", "toJSON", "error", "errno", "code", "value", "exitCode", "result", "start", "text", "stdin", "cwd", "env", "fd"]) Object.prototype[k] = "polluted"; 0',
  'getters on Object.prototype':
    'for (const k of ["outcome", "env", "path", "id"]) Object.defineProperty(Object.prototype, k, { get() { throw 1 }, set() { throw 2 }, configurable: true }); 0',
  'process without methods':
    'process.exit = process.kill = process.chdir = null; process.emit = process.cwd = () => { throw 1 }; process._tickCallback = process._fatalException = process.nextTick = null; 0',
  'no process, timers or Buffer':
    'globalThis.process = undefined; globalThis.setTimeout = globalThis.setImmediate = globalThis.queueMicrotask = globalThis.Buffer = null',
  'objects that are all thenable': 'Object.prototype.then = function (r) { r("then") }; 0',
  'no listeners': 'process.removeAllListeners(); 0',
  'frozen prototypes':
    'Object.freeze(Object.prototype); Object.freeze(Array.prototype); Object.freeze(Promise.prototype); 0',
  'an empty global object':
    'for (const k of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[k] } catch {} } 0',
  'strings and expressions that can do nothing':
    'String.prototype.split = String.prototype.replace = String.prototype.slice = RegExp.prototype.exec = RegExp.prototype.test = null; 0',
  'broken modules':
    'fs.writeSync = fs.openSync = null; require("events").prototype.emit = () => { throw 1 }; require("stream").Writable.prototype.write = null; require("vm").Script = null; util.inspect = null; require("module")._load = () => { throw 1 }; 0',
  'stack traces that throw': 'Error.prepareStackTrace = () => { throw 1 }; 0',
  'built-ins declared anew':
    'let Object = 1, Array = 2, Promise = 3, JSON = 4, Map = 5, process = 6, Reflect = 7, Error = 8, undefined_ = 9; 0',
  'ended streams': 'process.stdout.end(); process.stderr.end(); process.stdout.destroy(); 0',
  'stdout closed': 'fs.closeSync(1)',
  'stdio closed': 'for (let fd = 0; fd < 3; fd++) fs.closeSync(fd)',
  'descriptors of the kernel closed one by one':
    'for (const fd of [17, 18]) { try { fs.closeSync(fd) } catch {} } 0',
};

describe('vandalism', () => {
  for (const [name, code] of Object.entries(vandalism)) {
    it(name, async () => {
      await session.exec(code);
      expect((await session.exec('const more = kept + 1; more')).result?.text).toBe('43');
      expect((await session.exec('await 0; kept')).result?.text).toBe('42');
      expect((await session.exec('null.x')).error?.name).toBe('TypeError');
      expect((await session.exec('function f() { return 1 } f()')).result?.text).toBe('1');
      expect(await session.exec('log("alive")')).toMatchObject({ stdout: 'alive\n', epoch: 1 });
      expect((await session.state()).variables.map((one) => one.name)).toContain('kept');
      expect(await session.exec('while (true) {}', { timeoutMs: 100 })).toMatchObject({
        timedOut: true,
        interruption: { stateKept: true },
      });
      expect((await session.exec('kept')).result?.text).toBe('42');
    });
  }
});

describe('output', () => {
  it('goes where the user points the descriptor, until the user points it back', async () => {
    const code = `
      const file = os.tmpdir() + '/holdfast-fd-' + process.pid;
      const pipe = fs.readlinkSync('/proc/self/fd/1');
      fs.closeSync(1); fs.openSync(file, 'w'); log('to the file')`;
    expect((await session.exec(code)).stdout).toBe('');
    expect((await session.exec('log("this too")')).stdout).toBe('');
    expect((await session.exec('fs.readFileSync(file, "utf8")')).result?.text).toBe(
      "'to the file\\nthis too\\n'",
    );
    await session.exec('fs.closeSync(1); fs.rmSync(file)');
    expect((await session.exec('log("back")')).stdout).toBe('back\n');
  });

  it('is whole when the command ends or the process dies', async () => {
    const ended = await session.exec('for (let i = 0; i < 20000; i++) log("line", i); process.exit(1)');
    expect(ended.stdout.split('\n').length).toBe(20_001);
    const died = await session.exec(
      'process.stdout.write("x".repeat(500_000)); process.kill(process.pid, "SIGKILL")',
    );
    expect([died.stdout.length, died.signal]).toEqual([500_000, 'SIGKILL']);
    expect(died.stateLost?.language).toBe('node');
  });
});

describe('death', () => {
  const deaths: Record<string, string> = {
    abort: 'process.abort()',
    'SIGKILL to itself': 'process.kill(process.pid, "SIGKILL")',
    'out of memory': 'const all = []; for (;;) all.push(new Array(1e5).fill(0))',
    'everything closed': 'for (let fd = 3; fd < 64; fd++) { try { fs.closeSync(fd) } catch {} } 0',
  };
  for (const [name, code] of Object.entries(deaths)) {
    it(`by ${name} is told, and the next command works`, async () => {
      const { stateLost, epoch } = await session.exec(code, { timeoutMs: 30_000 });
      expect(stateLost?.language).toBe('node');
      expect(epoch).toBe(2);
      expect(await session.exec('console.log(typeof kept)')).toMatchObject({
        stdout: 'undefined\n',
        epoch: 2,
      });
    }, 120_000);
  }
});

describe('places', () => {
  it('survives a working directory that is gone', async () => {
    await session.exec(
      'const gone = fs.mkdtempSync(os.tmpdir() + "/holdfast-gone-"); process.chdir(gone); fs.rmdirSync(gone)',
    );
    expect(await session.exec('require("path").sep + (await import("os")).EOL')).toMatchObject({
      success: true,
    });
    const { working_dir } = await session.state();
    expect((await session.exec('gone')).result?.text).toBe(`'${working_dir}'`);
    expect((await session.exec('process.chdir("/nonexistent")')).error?.message).toContain('ENOENT');
    expect((await session.exec('process.chdir("/usr"); process.cwd()')).result?.text).toBe("'/usr'");
  });
});
