import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RuntimeSession } from '@holdfast/protocol';
import { createSessionManager, InvalidOptionsError } from 'holdfast';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExecResult, FailedResult, ReadOutputResult, RuntimeToolResult } from './results.ts';
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
    const result = await exec(tool, 'x=kept; echo begun; sleep 600', { timeout_ms: 200 });
    expect(result).toMatchObject({ success: false, timedOut: true, stdout: 'begun\n' });
    expect(result.notes).toEqual([
      'Timed out: stopped after 200 ms with SIGINT. The output up to then is above. ' +
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
    const running = new Promise<void>((resolve) => {
      sessionOf(tool).subscribe(({ type }) => type === 'command-started' && resolve());
    });
    const result = exec(tool, 'sleep 600');
    await running;
    expect(await tool.run({ action: 'interrupt' })).toMatchObject({ success: true, answer: 'interrupted' });
    expect((await result).notes[0]).toMatch(/^The command was interrupted with SIGINT\. The state of bash/);
  });

  it('reset starts afresh', async () => {
    const tool = open();
    await exec(tool, 'x=1');
    expect(await tool.call({ action: 'reset' })).toMatch(/^The session was reset/);
    expect(await exec(tool, 'echo "[$x]"')).toMatchObject({ stdout: '[]\n' });
  });
});

describe('long output', () => {
  it('head and tail are shown, and read_output reads the rest', async () => {
    const tool = open({ maxCharacters: 2_000 });
    const result = await exec(tool, 'seq -f "line %g" 1 100000; echo done >&2');
    const { fromLine = 0, toLine = 0 } = result.omitted?.stdout ?? {};
    expect(result.stdout.length + result.stderr.length).toBeLessThanOrEqual(2_000);
    expect(result.stderr).toBe('done\n');
    expect(result.stdout.startsWith('line 1\nline 2\n')).toBe(true);
    expect(result.stdout.endsWith('line 99999\nline 100000\n')).toBe(true);
    expect(result.stdout).toContain(
      `lines ${fromLine} to ${toLine} of 100000. To read: read_output with command_id ${idOf(result)}, stream stdout, from_line ${fromLine}, to_line ${toLine}.]`,
    );
    const read = (await tool.run({
      action: 'read_output',
      command_id: idOf(result),
      from_line: 50_000,
      to_line: 50_002,
    })) as ReadOutputResult;
    expect(read).toMatchObject({
      text: 'line 50000\nline 50001\nline 50002\n',
      lines: 100_000,
      bytes: 1_088_895,
    });
    expect(tool.toText(read)).toBe(
      `[stdout of ${idOf(result)}: 100000 lines, 1088895 bytes in all]\nline 50000\nline 50001\nline 50002`,
    );
  });

  it('reading on and on gives the whole', async () => {
    const tool = open({ maxCharacters: 30_000 });
    const id = idOf(await exec(tool, 'seq 1 20000'));
    let text = '';
    let next: object | undefined = {};
    while (next) {
      const read = (await tool.run({ action: 'read_output', command_id: id, ...next })) as ReadOutputResult;
      expect(read.text.length).toBeLessThanOrEqual(30_000);
      text += read.text;
      next = read.next;
    }
    expect(text).toBe(Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join(''));
  });

  it('a line too long for one answer is read by bytes', async () => {
    const tool = open({ maxCharacters: 1_000 });
    const result = await exec(tool, "printf 'é%.0s' {1..5000}");
    const { fromByte, toByte } = result.omitted?.stdout ?? {};
    expect(result.stdout).toContain(`from_byte ${fromByte}, to_byte ${toByte}.]`);
    const bytes = { action: 'read_output', command_id: idOf(result) };
    expect(await tool.run({ ...bytes, from_byte: 1, to_byte: 5 })).toMatchObject({ text: 'éé' });
    const first = (await tool.run({ ...bytes, from_line: 1 })) as ReadOutputResult;
    expect(first).toMatchObject({ text: 'é'.repeat(1_000), next: { from_byte: 2_000 } });
    expect(tool.toText(first)).toContain('[More: read_output with from_byte 2000]');
    expect(await tool.run({ ...bytes, from_byte: 9_998 })).toMatchObject({ text: 'é', bytes: 10_000 });
  });

  it('both streams share the room; what one does not need goes to the other', async () => {
    const tool = open({ maxCharacters: 2_000 });
    const both = await exec(tool, 'seq 1 2000; seq 1 2000 >&2');
    expect(both.stdout.length).toBeLessThanOrEqual(1_000);
    expect(both.stderr.length).toBeLessThanOrEqual(1_000);
    expect(both.stderr).toContain('stream stderr');
    const one = await exec(tool, 'seq 1 200; seq 1 2000 >&2');
    expect(one.omitted?.stdout).toBeUndefined();
    expect(one.stderr.length).toBeGreaterThan(700);
    expect(one.stdout.length + one.stderr.length).toBeLessThanOrEqual(2_000);
  });

  it('a long value is shaped, too', async () => {
    const tool = open({ maxCharacters: 1_000 });
    const result = (await tool.run({ action: 'eval', code: '"x" * 5000' })) as ExecResult;
    expect(result.result?.length).toBeLessThanOrEqual(1_000);
    expect(result.result).toContain('stream result');
    const read = await tool.run({
      action: 'read_output',
      command_id: idOf(result),
      stream: 'result',
      from_byte: 4_998,
    });
    expect(read).toMatchObject({ text: "xxx'", bytes: 5_002 });
  });

  it('what an unprepared session did not keep is not promised', async () => {
    const tool = open({ maxCharacters: 1_000 });
    manager.getOrCreateSession(tool.workspaceId, { cwd: '/' });
    const result = await exec(tool, 'seq 1 50000');
    expect(result.stdout).toContain('Not all of it was kept.');
    const read = (await tool.run({ action: 'read_output', command_id: idOf(result) })) as ReadOutputResult;
    const lines = (
      (await tool.run({
        action: 'read_output',
        command_id: idOf(result),
        from_byte: read.bytes - 10,
      })) as ReadOutputResult
    ).text;
    expect(read.text.startsWith('1\n2\n')).toBe(true);
    expect(lines.endsWith('50000\n')).toBe(true);
  });

  it('files of long outputs are private, and gone with the session', async () => {
    const tool = open();
    const result = await exec(tool, 'seq 1 100000');
    const path = (await sessionOf(tool).getCommand(result.commandId))?.output?.fullOutputPath ?? '';
    const folder = dirname(path);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(`${path}.stdout`).mode & 0o777).toBe(0o600);
    await manager.terminateSession(tool.workspaceId);
    expect(() => statSync(folder)).toThrow('ENOENT');
  });

  it('a folder that the host named is the host’s', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    const tool = open({ session: { spillOutput: folder, maxOutputBytes: 1_000 } });
    const result = await exec(tool, 'seq 1 1000');
    await manager.terminateSession(tool.workspaceId);
    expect(statSync(join(folder, `${idOf(result)}.stdout`)).size).toBe(3_893);
    rmSync(folder, { recursive: true });
  });

  it('an unknown command is a failure that says what to do', async () => {
    const tool = open();
    expect(await tool.run({ action: 'read_output', command_id: 'cmd_none' })).toMatchObject({
      success: false,
      failure: { code: 'OUTPUT_UNKNOWN', message: expect.stringContaining('No command cmd_none') },
    });
  });
});

describe('late output', () => {
  /** Resolves with the next late output of the tool's session. */
  const nextLate = (tool: RuntimeTool, text: string): Promise<void> =>
    new Promise((resolve) => {
      let seen = '';
      const unsubscribe = sessionOf(tool).subscribe((event) => {
        if (event.type !== 'late-output') return;
        seen += event.data;
        if (!seen.includes(text)) return;
        unsubscribe();
        resolve();
      });
    });

  it('comes with the next call, once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    const tool = open();
    const job = await exec(
      tool,
      `mkfifo ${folder}/go; (exec 9<>${folder}/go; read -u 9 x; echo "got $x"; echo err >&2; sleep 602) &`,
    );
    expect(job.lateOutput).toEqual([]);
    const late = nextLate(tool, 'err\n');
    await sessionOf(tool).exec(`echo signal > ${folder}/go`);
    await late;
    const next = await exec(tool, 'true');
    expect(next.lateOutput).toEqual([
      { commandId: idOf(job), stdout: 'got signal\n', stderr: 'err\n', open: true },
    ]);
    expect(plain(tool.toText(next))).toBe(
      '[exit code 0, TIME, bash, cmd_ID]\n(no output)\n' +
        '[Background jobs of cmd_ID wrote since the last call; they still run]\nlate stdout:\ngot signal\nlate stderr:\nerr',
    );
    expect((await exec(tool, 'true')).lateOutput).toEqual([]);
    const read = await tool.run({ action: 'read_output', command_id: idOf(job), stream: 'late_stdout' });
    expect(read).toMatchObject({
      text: 'got signal\n',
      notes: ['Jobs of this command still run: there may be more later.'],
    });
    rmSync(folder, { recursive: true });
  });

  it('is shared by the tools of a workspace, and a secret in two pieces is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    const options = { session: { cwd: '/', env: { KEY: 'abc-secret-xyz' } }, redact: ['KEY'] };
    const tool = open(options);
    const again = (): RuntimeTool => createRuntimeTool(tool.workspaceId, undefined, { manager, ...options });
    await exec(
      tool,
      `mkfifo ${folder}/go; (exec 9<>${folder}/go; read -u 9 x; printf 'key: abc-sec'; read -u 9 x; printf 'ret-xyz.'; sleep 603) &`,
    );
    const first = nextLate(tool, 'abc-sec');
    await sessionOf(tool).exec(`echo > ${folder}/go`);
    await first;
    expect((await exec(again(), 'true')).lateOutput).toMatchObject([{ stdout: 'key: ' }]);
    const second = nextLate(tool, 'ret-xyz.');
    await sessionOf(tool).exec(`echo > ${folder}/go`);
    await second;
    expect((await exec(again(), 'true')).lateOutput).toMatchObject([{ stdout: '[redacted].' }]);
    rmSync(folder, { recursive: true });
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

describe('redaction', () => {
  const secret = 'k3y-"$with`odd\\signs';
  const options = (): RuntimeToolOptions => ({
    session: { cwd: '/', env: { API_KEY: secret } },
    redact: ['API_KEY', /tok_\w+/],
    maxCharacters: 1_000,
  });

  it('output, values, errors, state and history do not tell', async () => {
    const tool = open(options());
    const results = [
      await tool.run({ action: 'exec', command: 'echo "$API_KEY tok_1"; echo "$API_KEY" >&2' }),
      await tool.run({ action: 'eval', code: 'import os; os.environ["API_KEY"]' }),
      await tool.run({ action: 'eval', code: 'raise ValueError(os.environ["API_KEY"])' }),
      await tool.run({ action: 'exec', command: `copy='${secret}' tok_2` }),
      await tool.run({ action: 'exec', command: 'export -p' }),
      await tool.run({ action: 'state' }),
      await tool.run({ action: 'state', language: 'python' }),
      await tool.run({ action: 'history' }),
      await tool.run({ action: 'exec', command: 'x', language: secret }),
    ];
    const seen = JSON.stringify(results) + results.map((result) => tool.toText(result)).join('\n');
    expect(seen).not.toContain('k3y');
    expect(seen).not.toContain('tok_');
    expect(seen).toContain('[redacted]');
  });

  it('long output does not tell either: not where it is cut, and not when it is read', async () => {
    const tool = open(options());
    const result = await exec(tool, 'for i in {1..6000}; do printf %s "$API_KEY"; done');
    expect(result.stdout.replaceAll('[redacted]', '')).not.toMatch(/k3y|odd/);
    for (const from_byte of [0, 3, 65_530]) {
      const read = (await tool.run({
        action: 'read_output',
        command_id: idOf(result),
        from_byte,
      })) as ReadOutputResult;
      expect(read.text.replaceAll('[redacted]', '')).not.toMatch(/k3y|odd/);
      expect(read.bytes).toBe(6_000 * '[redacted]'.length);
    }
  });

  it('where head and tail meet, no piece of a secret is left', async () => {
    const tool = open({ ...options(), redact: ['API_KEY'] });
    for (let shift = 0; shift < secret.length; shift += 1) {
      manager.getOrCreateSession(`${tool.workspaceId}-${shift}`, {
        cwd: '/',
        env: { API_KEY: secret },
        maxOutputBytes: 600,
      });
      const shifted = createRuntimeTool(`${tool.workspaceId}-${shift}`, undefined, { manager, ...options() });
      const { stdout } = await exec(
        shifted,
        `printf '%${shift}s' ''; for i in {1..100}; do printf '%s ' "$API_KEY"; done`,
      );
      expect(stdout).toContain('bytes were not kept');
      expect(stdout.replaceAll('[redacted]', '')).not.toMatch(/k3y|-"\$|odd|sign/);
      await manager.terminateSession(shifted.workspaceId);
    }
  });

  it('a preview that ends within a secret does not tell its beginning', async () => {
    const long = 'L0ng'.repeat(40);
    const tool = open({ session: { cwd: '/', env: { LONG: long } }, redact: ['LONG'] });
    await exec(tool, 'import os; held = [os.environ["LONG"]]; kept = "x: " + os.environ["LONG"]', {
      language: 'python',
    });
    await exec(tool, 'const held = [process.env.LONG]; const kept = `x: ${process.env.LONG}`', {
      language: 'node',
    });
    await exec(tool, 'held=("$LONG"); kept="x: $LONG"');
    for (const language of ['bash', 'python', 'node']) {
      expect(await tool.call({ action: 'state', language })).not.toContain('L0ng');
    }
  });
});
