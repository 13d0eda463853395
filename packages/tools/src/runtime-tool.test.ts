/** The tool as a model and a host app meet it: every action, notes, sessions, bad input. */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuntimeSession } from '@holdfast/protocol';
import { createSessionManager, InvalidOptionsError } from 'holdfast';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExecResult, FailedResult, RuntimeToolResult } from './results.ts';
import { createRuntimeTool, type RuntimeTool, type RuntimeToolOptions } from './runtime-tool.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

let count = 0;
const open = (options: RuntimeToolOptions = {}): RuntimeTool => {
  count += 1;
  return createRuntimeTool(`tool-${count}`, undefined, { manager, session: { cwd: '/' }, ...options });
};
const sessionOf = (tool: RuntimeTool): RuntimeSession => manager.getOrCreateSession(tool.workspaceId);
const exec = async (tool: RuntimeTool, command: string, more: object = {}): Promise<ExecResult> =>
  (await tool.run({ action: 'exec', command, ...more })) as ExecResult;
const idOf = ({ commandId }: ExecResult): string => commandId;
/** The text without what differs from run to run. */
const plain = (text: string): string =>
  text.replace(/cmd_\w{20}/g, 'cmd_ID').replace(/\d+(\.\d+)? m?s\b/g, 'TIME');
/** On a machine that is slow to act on the first step, more of them are taken. */
const withFirstStep = (note = ''): string => note.replace(/SIGINT(, then [^;.]+)?/, 'SIGINT');

describe('exec', () => {
  it('runs in a session that stays', async () => {
    const tool = open();
    await exec(tool, 'cd /usr; greet() { echo "hello $1"; }; export NAME=Ada');
    expect(await exec(tool, 'greet "$NAME from $PWD"; echo oops >&2; (exit 3)')).toMatchObject({
      action: 'exec',
      success: false,
      language: 'bash',
      stdout: 'hello Ada from /usr\n',
      stderr: 'oops\n',
      exitCode: 3,
      timedOut: false,
      notes: [],
      lateOutput: [],
    });
    expect(plain(await tool.call({ action: 'exec', command: 'greet you; echo oops >&2; (exit 3)' }))).toBe(
      '[exit code 3, TIME, bash, cmd_ID]\nstdout:\nhello you\nstderr:\noops',
    );
    expect(plain(await tool.call({ action: 'exec', command: 'true' }))).toBe(
      '[exit code 0, TIME, bash, cmd_ID]\n(no output)',
    );
  });

  it('takes language, standard input, and code for command', async () => {
    const tool = open();
    expect(await exec(tool, 'sort', { stdin: 'b\na\n' })).toMatchObject({ stdout: 'a\nb\n' });
    expect(
      await tool.run({ action: 'exec', code: 'console.log(6 * 7)', language: 'node', stdin: null, limit: 3 }),
    ).toMatchObject({ stdout: '42\n', language: 'node' });
    expect(await tool.run(JSON.stringify({ action: 'exec', command: 'echo text' }))).toMatchObject({
      stdout: 'text\n',
    });
  });

  it('a timeout says what it took and that state is kept', async () => {
    const tool = open();
    await exec(tool, 'x=kept');
    const result = await exec(tool, 'sleep 600', { timeout_ms: 1_000 });
    expect(result).toMatchObject({ success: false, timedOut: true });
    expect(result.notes.map(withFirstStep)).toEqual([
      'Timed out: stopped after 1000 ms with SIGINT. The output up to then is above. ' +
        'The state of bash (variables, functions, working directory) is kept. ' +
        'For longer work give a larger timeout_ms, or start it in the background with & and look at it later.',
    ]);
    expect(await exec(tool, 'echo $x')).toMatchObject({ stdout: 'kept\n', notes: [] });
  });

  it('a model can not ask for more time than the host allows', async () => {
    const tool = open({ maxTimeoutMs: 200 });
    for (const timeout_ms of [0, 600_000]) {
      const { notes } = await exec(tool, 'sleep 600', { timeout_ms });
      expect(notes[0]).toContain('stopped after 200 ms');
    }
  });

  it('lost state is not claimed', async () => {
    const tool = open();
    const result = (await tool.run({
      action: 'exec',
      command: 'x = 1; import os; os.kill(os.getpid(), 9)',
      language: 'python',
    })) as ExecResult;
    expect(result).toMatchObject({ success: false, exitCode: 137 });
    expect(result.notes).toEqual([
      "STATE LOST in python: the kernel's process was killed by SIGKILL. Variables, functions and imports that this does " +
        'not name as restored are gone; a fresh kernel (epoch 2) takes the next command. Set up again what you need.',
    ]);
    expect(await tool.run({ action: 'eval', code: '"x" in globals()' })).toMatchObject({
      result: 'False',
      notes: [],
    });
  });

  it('state that was restored is not said to be lost', async () => {
    const tool = open();
    await exec(tool, 'x=before');
    const { notes } = await exec(tool, 'y=1; kill -9 $$');
    expect(notes[0]).toContain(
      'variables and functions as they were before the command were restored. Variables',
    );
    expect(await exec(tool, 'echo $x')).toMatchObject({ stdout: 'before\n', notes: [] });
  });

  it('an exit is told apart from an end', async () => {
    expect((await exec(open(), 'exit 4')).notes).toEqual([
      'The code asked to exit with 4; the session goes on, its state is kept.',
    ]);
  });

  it('a signal cancels', async () => {
    const tool = open();
    const abort = new AbortController();
    const running = new Promise<void>((resolve) => {
      sessionOf(tool).subscribe(({ type }) => type === 'command-started' && resolve());
    });
    const result = tool.run({ action: 'exec', command: 'sleep 600' }, { signal: abort.signal });
    await running;
    abort.abort();
    expect(await result).toMatchObject({ success: false, failure: { code: 'COMMAND_CANCELLED' } });
  });
});

it('who waits for the commands of others need not wait on', async () => {
  const tool = open();
  const abort = new AbortController();
  const session = sessionOf(tool);
  const running = new Promise<void>((resolve) => {
    session.subscribe(({ type }) => type === 'command-started' && resolve());
  });
  const other = session.exec('sleep 600', { timeoutMs: 0 });
  await running;
  const state = tool.run({ action: 'state' }, { signal: abort.signal });
  abort.abort();
  expect(await state).toMatchObject({ action: 'state', failure: { code: 'COMMAND_CANCELLED' } });
  expect(session.status).toBe('busy');
  await other.interrupt();
  await other;
});

describe('eval', () => {
  it('gives the value, in Python unless told otherwise', async () => {
    const tool = open();
    await exec(tool, 'prices = [3, 4, 5]', { language: 'python' });
    expect(await tool.run({ action: 'eval', code: 'sum(prices)' })).toMatchObject({
      result: '12',
      stdout: '',
    });
    expect(await tool.run({ action: 'eval', command: '[1, 2].length', language: 'node' })).toMatchObject({
      result: '2',
    });
    expect(plain(await tool.call({ action: 'eval', code: 'print("p"); 1 + 1' }))).toBe(
      '[exit code 0, TIME, python, cmd_ID]\nstdout:\np\nresult:\n2',
    );
  });

  it('an error is named, its traceback is in stderr', async () => {
    const tool = open();
    const result = (await tool.run({ action: 'eval', code: '1 / 0' })) as ExecResult;
    expect(result.error).toEqual({ name: 'ZeroDivisionError', message: 'division by zero' });
    expect(result.stderr).toContain('ZeroDivisionError: division by zero');
  });

  it('bash has no values', async () => {
    expect(await open().run({ action: 'eval', code: 'true', language: 'bash' })).toMatchObject({
      failure: { code: 'INVALID_COMMAND' },
    });
  });

  it('images come beside the text', async () => {
    const tool = open();
    const result = await tool.run({
      action: 'eval',
      code: 'class Dot:\n  def _repr_png_(self): return b"\\x89PNG"\nDot()',
    });
    expect(result).toMatchObject({ images: [{ mimeType: 'image/png', data: 'iVBORw==' }] });
    expect(tool.toText(result)).toContain('[image/png shown]');
    const large = await tool.run({
      action: 'eval',
      code: 'class Wall:\n  def _repr_png_(self): return bytes(4_000_000)\nWall()',
    });
    expect(large).not.toHaveProperty('images');
    expect(large.notes).toEqual([
      'Too large to be shown: 1 image(s). Make them smaller, or save them to files.',
    ]);
  });
});

describe('state, history, jobs, interrupt, reset', () => {
  it('state tells what is alive', async () => {
    const tool = open();
    await exec(tool, 'n = 5\nimport json as j\ndef double(x): return 2 * x', { language: 'python' });
    expect(await tool.run({ action: 'state', language: 'python' })).toMatchObject({
      success: true,
      state: { functions: ['double'], imports: { j: 'json' }, working_dir: '/', language: 'python' },
    });
    const text = await tool.call({ action: 'state', language: 'python' });
    expect(text).toContain(
      'python, idle, kernel epoch 1, working directory /\nvariables (1):\n  n: int = 5\n',
    );
    expect(text).toContain('functions (1):\n  double\nimports (1):\n  j = json\nenvironment');
  });

  it('history lists the last commands', async () => {
    const tool = open();
    expect(await tool.call({ action: 'history' })).toBe('No command has finished yet.');
    await exec(tool, 'true');
    await exec(tool, 'false\nfalse');
    const result = await tool.run({ action: 'history', limit: 1 });
    expect(result).toMatchObject({ history: [{ command: 'false\nfalse', exitCode: 1 }] });
    expect(plain(tool.toText(result))).toMatch(/Z cmd_ID bash, exit code 1, TIME: false\n {2}false$/);
  });

  it('jobs are listed, whatever kernel started them, and say where their output is', async () => {
    const tool = open();
    expect(await tool.call({ action: 'jobs' })).toBe('No background jobs are running.');
    const started = await exec(tool, 'sleep 601 &');
    const result = await tool.run({ action: 'jobs' });
    expect(result).toMatchObject({
      jobs: [{ command: 'sleep 601', language: 'bash', commandId: idOf(started) }],
    });
    expect(tool.toText(result)).toContain(`bash: sleep 601 (from ${idOf(started)}: read_output`);
  });

  it('interrupt stops what runs, and its result says so', async () => {
    const tool = open();
    expect(await tool.call({ action: 'interrupt' })).toBe('Nothing was running.');
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    await exec(tool, `mkfifo ${folder}/begun`);
    const result = exec(tool, `echo begun; echo begun > ${folder}/begun; sleep 600`);
    // When it has started, its code is still on the way to the kernel.
    await readFile(join(folder, 'begun'));
    expect(await tool.run({ action: 'interrupt' })).toMatchObject({ success: true, answer: 'interrupted' });
    const { stdout, notes } = await result;
    expect(stdout).toBe('begun\n');
    expect(withFirstStep(notes[0])).toMatch(/^The command was interrupted with SIGINT\. The state of bash/);
    rmSync(folder, { recursive: true });
  });

  it('reset starts afresh', async () => {
    const tool = open();
    await exec(tool, 'x=1');
    expect(await tool.call({ action: 'reset' })).toMatch(/^The session was reset/);
    expect(await exec(tool, 'echo "[$x]"')).toMatchObject({ stdout: '[]\n' });
  });
});

describe('sessions', () => {
  it('a session key has a session of its own, which no other name leads to', () => {
    const id = (workspace: string, key?: string): string =>
      createRuntimeTool(workspace, key, { manager }).workspaceId;
    expect(id('ws')).toBe('ws');
    const ids = [
      id('ws'),
      id('ws', 'a'),
      id('ws', 'b'),
      id('ws#a', 'b'),
      id('ws', 'a#b'),
      id('ws%23a', 'b'),
      id('ws', ''),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('a session that ended is made anew, and the model is told', async () => {
    const tool = open();
    await exec(tool, 'x=1');
    await manager.terminateSession(tool.workspaceId);
    const result = await exec(tool, 'echo "[$x]"');
    expect(result).toMatchObject({ stdout: '[]\n' });
    expect(result.notes).toEqual([
      'This is a new session: the one before has ended (requested). Nothing of its state is left: ' +
        'variables, functions, imports, working directory and jobs are gone.',
    ]);
    expect((await exec(tool, 'true')).notes).toEqual([]);
  });

  it('what can not be done is a result', async () => {
    const small = createSessionManager({ maxSessions: 1 });
    small.getOrCreateSession('taken');
    const tool = createRuntimeTool('one too many', undefined, { manager: small });
    expect(await tool.call({ action: 'exec', command: 'true' })).toMatch(
      /^exec failed \(SESSION_LIMIT\): No session/,
    );
    await small[Symbol.asyncDispose]();
    const bad = open({ session: { timeoutMs: -1 } });
    expect(await bad.run({ action: 'state' })).toMatchObject({ failure: { code: 'INVALID_OPTIONS' } });
  });

  it('options that make no sense are refused at once', () => {
    expect(() => open({ maxCharacters: 10 })).toThrow(InvalidOptionsError);
    expect(() => open({ maxTimeoutMs: -1 })).toThrow(
      'maxTimeoutMs must be a whole number of at least 0, not -1',
    );
  });
});

describe('bad input', () => {
  it.each([
    [undefined, 'The call failed (INVALID_INPUT): The input must be an object with an action'],
    ['{"action":', 'The call failed (INVALID_INPUT): The input must be an object'],
    [{}, 'action is missing: it is one of exec, eval, state,'],
    [{ action: 'destroy' }, 'action can not be "destroy"'],
    [{ action: 'exec' }, 'exec can not be done: command:'],
    [{ action: 'exec', command: 'true', timeout_ms: -1 }, 'timeout_ms:'],
    [{ action: 'exec', command: 'true', language: 'ruby' }, 'language:'],
    [{ action: 'read_output' }, 'command_id:'],
  ])('%j', async (input, message) => {
    const result = (await open().run(input)) as FailedResult;
    expect(result).toMatchObject({ success: false, failure: { code: 'INVALID_INPUT' } });
    expect(open().toText(result as RuntimeToolResult)).toContain(message);
  });
});
