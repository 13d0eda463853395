import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, call, callRaw, connect, wordsOf } from '../testing/connect.ts';

let connection: Connection;
let dir: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-mcp-'));
  connection = await connect({ sessionDefaults: { cwd: dir } });
  await call(connection.client, 'session_start', { name: 'work' });
});
afterEach(async () => {
  await connection[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const exec = (command: string, more: Record<string, unknown> = {}) =>
  call(connection.client, 'session_exec', { session_id: 'work', command, ...more });

/** Starts a command, and resolves when its first output has come. */
const begin = async (command: string, signal?: AbortSignal) => {
  let answer: Promise<Record<string, unknown>> | undefined;
  await new Promise<void>((resolve, reject) => {
    answer = call(
      connection.client,
      'session_exec',
      { session_id: 'work', command, timeout_ms: 0 },
      { onprogress: () => resolve(), ...(signal ? { signal } : {}) },
    );
    answer.catch(reject);
  });
  if (!answer) throw new Error('not begun');
  return { answer };
};

const commandsUnderWay = async (): Promise<unknown> => {
  const { sessions } = await call(connection.client, 'session_list');
  return (sessions as { commands: string[] }[])[0]?.commands;
};

describe('the list of tools', () => {
  it('has ten, each with schemas for both ways, and hints', async () => {
    const { tools } = await connection.client.listTools();
    const facts = tools.map(({ name, annotations = {}, inputSchema, outputSchema, title, description }) => ({
      name,
      readOnly: annotations.readOnlyHint,
      destructive: annotations.destructiveHint,
      openWorld: annotations.openWorldHint,
      required: inputSchema.required ?? [],
      additional: inputSchema.additionalProperties,
      described: [title, description, outputSchema?.properties].every(Boolean),
    }));
    const shared = { additional: false, described: true };
    const onSession = { ...shared, required: ['session_id'], openWorld: false };
    expect(facts).toEqual([
      {
        ...shared,
        name: 'session_start',
        required: [],
        readOnly: false,
        destructive: false,
        openWorld: false,
      },
      { ...shared, name: 'session_list', required: [], readOnly: true, openWorld: false },
      { ...onSession, name: 'session_reset', readOnly: false, destructive: true },
      { ...onSession, name: 'session_interrupt', readOnly: false, destructive: true },
      { ...onSession, name: 'session_end', readOnly: false, destructive: true },
      {
        ...shared,
        name: 'session_exec',
        required: ['command', 'session_id'],
        readOnly: false,
        destructive: true,
        openWorld: true,
      },
      {
        ...shared,
        name: 'session_eval',
        required: ['code', 'session_id'],
        readOnly: false,
        destructive: true,
        openWorld: true,
      },
      { ...onSession, name: 'session_state', readOnly: true },
      { ...onSession, name: 'session_history', readOnly: true },
      {
        ...shared,
        name: 'session_read_output',
        required: ['command_id', 'session_id'],
        readOnly: true,
        openWorld: false,
      },
    ]);
  });
});

describe('session_start and session_list', () => {
  it('starts a session where it was told to, and finds it again by name', async () => {
    const started = await call(connection.client, 'session_start', {
      name: 'other',
      cwd: '/',
      language: 'python',
      env: { GREETING: 'hello' },
      setup: ['import json'],
    });
    expect(started).toEqual({
      session_id: expect.stringMatching(/^sess_[0-9a-z]{20}$/),
      name: 'other',
      created: true,
      status: 'idle',
      language: 'python',
      working_dir: '/',
    });
    const again = await call(connection.client, 'session_start', { name: 'other' });
    expect(again).toEqual({ ...started, created: false });
    const { sessions } = await call(connection.client, 'session_list');
    expect(sessions).toMatchObject([
      { name: 'work', status: 'idle', queue_length: 0, commands: [] },
      { name: 'other', session_id: started.session_id },
    ]);
    const answer = await call(connection.client, 'session_exec', {
      session_id: started.session_id,
      command: 'import os; print(json.dumps(os.environ["GREETING"]))',
    });
    expect(answer.stdout).toBe('"hello"\n');
  });

  it('does not wait for a session that is at work', async () => {
    const { answer } = await begin('echo begun; sleep 600');
    expect(await call(connection.client, 'session_start', { name: 'work' })).toEqual({
      session_id: expect.any(String),
      name: 'work',
      created: false,
      status: 'busy',
    });
    await call(connection.client, 'session_interrupt', { session_id: 'work' });
    await answer;
  });

  it('tells what is wrong with the settings', async () => {
    const badName = await callRaw(connection.client, 'session_start', { name: '../etc' });
    expect(badName.isError).toBe(true);
    expect(wordsOf(badName)).toContain('letters, digits, ".", "_" and "-", at most 100');
    const badFolder = await callRaw(connection.client, 'session_start', { cwd: '/no/such/folder' });
    expect(badFolder.isError).toBe(true);
    expect(wordsOf(badFolder)).toMatch(/^SPAWN_FAILED: .*\/no\/such\/folder/s);
    expect(badFolder._meta).toEqual({ 'holdfast/code': 'SPAWN_FAILED' });
  });
});

describe('session_exec and session_eval', () => {
  it('keeps the state from one command to the next, and from one language to the other', async () => {
    mkdtempSync(join(dir, 'sub-'));
    await exec('cd sub-*; export NAME=world; greet() { echo "hello $NAME"; }');
    expect(await exec('greet; basename "$PWD" | cut -c1-4')).toMatchObject({
      stdout: 'hello world\nsub-\n',
      exit_code: 0,
      success: true,
      epoch: 1,
      notes: [],
    });
    const python = await exec('import os; print(os.environ["NAME"], os.getcwd() != "/")', {
      language: 'python',
    });
    expect(python.stdout).toBe('world True\n');
  });

  it('answers for a failed command with facts and words, not with an error', async () => {
    const result = await callRaw(connection.client, 'session_exec', {
      session_id: 'work',
      command: 'echo out; echo err >&2; exit 3',
    });
    expect(result.isError).toBeUndefined();
    const { command_id, execution_time_ms, session_id, ...facts } = result.structuredContent ?? {};
    expect(facts).toEqual({
      language: 'bash',
      stdout: 'out\n',
      stderr: 'err\n',
      exit_code: 3,
      success: false,
      timed_out: false,
      interrupted: false,
      exited: true,
      epoch: 1,
      notes: ['The code asked to end. The session went on, with its state.'],
    });
    expect(wordsOf(result)).toBe(
      `out\n[stderr]\nerr\n[note] The code asked to end. The session went on, with its state.\n[exit code 3 after ${execution_time_ms} ms; ${command_id}]\n`,
    );
  });

  it('gives values, errors and pictures', async () => {
    const evaluate = (code: string) =>
      callRaw(connection.client, 'session_eval', { session_id: 'work', code });
    expect((await evaluate('6 * 7')).structuredContent).toMatchObject({ result: '42', language: 'python' });
    expect((await evaluate('1 / 0')).structuredContent).toMatchObject({
      error: { name: 'ZeroDivisionError', message: 'division by zero' },
      exit_code: 1,
    });
    const picture = await evaluate(
      'class Dot:\n  def _repr_png_(self): return b"\\x89PNG"\n  def __repr__(self): return "a dot"\nDot()',
    );
    expect(picture.structuredContent).toMatchObject({ result: 'a dot' });
    expect(picture.content[1]).toEqual({ type: 'image', mimeType: 'image/png', data: 'iVBORw==' });
  });

  it('takes input, directory and environment for one command', async () => {
    const answer = await exec('cat; pwd; echo "$ONCE"', { stdin: 'in\n', cwd: '/', env: { ONCE: 'yes' } });
    expect(answer.stdout).toBe('in\n/\nyes\n');
    expect((await exec('cat; pwd; echo "$ONCE"')).stdout).toBe(`${dir}\n\n`);
  });

  it('stops a command at its limit and keeps the state', async () => {
    await exec('kept=yes');
    expect(await exec('echo partial; sleep 600', { timeout_ms: 1_000 })).toMatchObject({
      stdout: 'partial\n',
      timed_out: true,
      success: false,
      notes: ['Timed out and was stopped (SIGINT; state was kept). Raise timeout_ms, or run it with & .'],
    });
    expect((await exec('echo $kept')).stdout).toBe('yes\n');
  });

  it('tells when state was lost', async () => {
    const died = await exec('kill -9 $$');
    expect(died).toMatchObject({ success: false, state_lost: { language: 'bash' }, epoch: 2 });
    expect(died.notes).toContain('The bash process was ended by SIGKILL.');
    expect((await exec('echo again')).stdout).toBe('again\n');
  });

  it('tells a misspelt argument from a good one', async () => {
    const result = await callRaw(connection.client, 'session_exec', {
      session_id: 'work',
      command: 'true',
      timeout: 5,
    });
    expect(result.isError).toBe(true);
    expect(wordsOf(result)).toContain('Unrecognized key: "timeout"');
  });
});

describe('a command under way', () => {
  it('reports what it writes, in rising order', async () => {
    const reports: { progress: number; message?: string }[] = [];
    const fifo = join(dir, 'go');
    await exec(`mkfifo ${fifo}`);
    await call(
      connection.client,
      'session_exec',
      { session_id: 'work', command: `echo first; read -r _ < ${fifo}; echo second` },
      {
        onprogress(report) {
          reports.push(report);
          if (reports.length === 1) writeFileSync(fifo, 'go\n');
        },
      },
    );
    expect(reports[0]?.message).toBe('first\n');
    const numbers = reports.map(({ progress }) => progress);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  it('can be looked at and interrupted', async () => {
    const { answer } = await begin('kept=yes; echo begun; sleep 600');
    const [command_id] = (await commandsUnderWay()) as string[];
    const read = await call(connection.client, 'session_read_output', { session_id: 'work', command_id });
    expect(read).toMatchObject({
      text: 'begun\n',
      status: 'running',
      open: true,
      notes: ['The command is running: read again for more.'],
    });
    expect(await call(connection.client, 'session_interrupt', { session_id: 'work' })).toMatchObject({
      answer: 'interrupted',
    });
    expect(await answer).toMatchObject({
      command_id,
      stdout: 'begun\n',
      interrupted: true,
      notes: ['Interrupted (SIGINT; state was kept).'],
    });
    expect((await exec('echo $kept')).stdout).toBe('yes\n');
    expect(await call(connection.client, 'session_interrupt', { session_id: 'work' })).toMatchObject({
      answer: 'idle',
      message: 'No command was running.',
    });
  });

  it('is interrupted when the client cancels its request', async () => {
    const abort = new AbortController();
    const { answer } = await begin('kept=yes; echo begun; sleep 600', abort.signal);
    abort.abort('enough');
    await expect(answer).rejects.toThrow('enough');
    expect((await exec('echo $kept')).stdout).toBe('yes\n');
    const { entries } = await call(connection.client, 'session_history', { session_id: 'work' });
    expect(entries).toMatchObject([
      { command: 'kept=yes; echo begun; sleep 600', interrupted: true, success: false },
      { command: 'echo $kept', interrupted: false, success: true },
    ]);
  });

  it('is dropped when the client cancels its request while it waits', async () => {
    const { answer } = await begin('echo begun; sleep 600');
    const abort = new AbortController();
    const waiting = call(
      connection.client,
      'session_exec',
      { session_id: 'work', command: `touch ${dir}/ran` },
      { signal: abort.signal },
    );
    expect(await commandsUnderWay()).toHaveLength(2);
    abort.abort('never mind');
    await expect(waiting).rejects.toThrow('never mind');
    await call(connection.client, 'session_interrupt', { session_id: 'work' });
    expect(await answer).toMatchObject({ interrupted: true });
    await exec('true');
    expect(existsSync(join(dir, 'ran'))).toBe(false);
    expect(await commandsUnderWay()).toEqual([]);
  });
});

describe('long output', () => {
  it('is shown by its ends, and the rest can be read', async () => {
    const whole = `${Array.from({ length: 40_000 }, (_, index) => `line ${index + 1}`).join('\n')}\n`;
    const result = await callRaw(connection.client, 'session_exec', {
      session_id: 'work',
      command: 'seq -f "line %.0f" 40000',
    });
    const { stdout, stdout_omitted, command_id } = result.structuredContent as {
      stdout: string;
      stdout_omitted: { characters: number; from_line: number; to_line: number };
      command_id: string;
    };
    expect(stdout.length).toBeLessThanOrEqual(30_000);
    const { from_line, to_line } = stdout_omitted;
    expect(stdout).toContain(
      `Read on with session_read_output {command_id: "${command_id}", stream: "stdout", from_line: ${from_line}, to_line: ${to_line}}.`,
    );
    expect(result.content.at(-1)).toMatchObject({ type: 'resource_link', name: `stdout of ${command_id}` });

    const [head = '', tail = ''] = stdout.split(/\[… .*\]\n/);
    const { text, ...facts } = await call(connection.client, 'session_read_output', {
      session_id: 'work',
      command_id,
      from_line,
      to_line: from_line + 1_000,
    });
    expect(whole.startsWith(`${head}${text}`)).toBe(true);
    expect(facts).toMatchObject({
      from_line,
      to_line: from_line + 1_000,
      total_lines: 40_000,
      open: false,
      notes: [],
    });
    expect(whole.endsWith(tail)).toBe(true);
    expect(head.length + tail.length + stdout_omitted.characters).toBe(whole.length);

    const bytes = { session_id: 'work', command_id, from_byte: 100_000, to_byte: 100_020 };
    const piece = await call(connection.client, 'session_read_output', bytes);
    expect(piece.text).toBe(whole.slice(100_000, 100_020));
  });

  it('leaves room for stderr', async () => {
    const answer = await exec('seq 100000; seq 100000 >&2');
    expect(String(answer.stdout).length + String(answer.stderr).length).toBeLessThanOrEqual(30_000);
    expect(String(answer.stderr).length).toBeGreaterThan(7_000);
    expect(answer.stderr_omitted).toMatchObject({ from_line: expect.any(Number) });
  });

  it('of another’s command is read from what the session remembers', async () => {
    const session = connection.manager.getSession('work');
    const { commandId } = (await session?.exec('echo mine')) ?? {};
    const read = { session_id: 'work', command_id: commandId };
    expect(await call(connection.client, 'session_read_output', read)).toMatchObject({
      text: 'mine\n',
      open: false,
    });
  });
});

describe('background jobs', () => {
  it('come back with the next answer, once, and can be read', async () => {
    const fifo = join(dir, 'go');
    await exec(`mkfifo ${fifo}`);
    const { command_id } = await exec(`(read -r _ < ${fifo}; echo late) & echo started`);
    expect(await call(connection.client, 'session_state', { session_id: 'work' })).toMatchObject({
      jobs: [{ command_id }],
    });
    const late = new Promise<void>((resolve) => {
      connection.manager.on('late-output', () => resolve());
    });
    writeFileSync(fifo, 'go\n');
    await late;
    expect((await exec('true')).late_output).toEqual([{ command_id, stdout: 'late\n', stderr: '' }]);
    expect((await exec('true')).late_output).toBeUndefined();
    const read = { session_id: 'work', command_id, stream: 'late_stdout' };
    expect(await call(connection.client, 'session_read_output', read)).toMatchObject({ text: 'late\n' });
  });
});

describe('session_state, session_history', () => {
  it('tell what is alive and what was run', async () => {
    await exec('export COLOUR=red; f() { :; }');
    await exec('import json; numbers = [1, 2]', { language: 'python' });
    expect(await call(connection.client, 'session_state', { session_id: 'work' })).toMatchObject({
      language: 'bash',
      status: 'idle',
      working_dir: dir,
      env_vars: { COLOUR: 'red' },
      functions: ['f'],
      notes: [],
    });
    const python = await call(connection.client, 'session_state', { session_id: 'work', language: 'python' });
    expect(python).toMatchObject({
      imports: { json: 'json' },
      variables: [{ name: 'numbers', type: 'list', preview: '[1, 2]' }],
    });
    const { entries } = await call(connection.client, 'session_history', { session_id: 'work', limit: 1 });
    expect(entries).toMatchObject([
      { command: 'import json; numbers = [1, 2]', language: 'python', exit_code: 0 },
    ]);
  });

  it('do not fill a model’s context', async () => {
    await exec('for i in range(600): globals()[f"v{i}"] = i', { language: 'python' });
    const state = await call(connection.client, 'session_state', { session_id: 'work', language: 'python' });
    expect(state.variables).toHaveLength(500);
    expect(state.notes).toEqual(['101 more variables are not shown.']);
    await exec(`: ${'x'.repeat(5_000)}`);
    const { entries } = await call(connection.client, 'session_history', { session_id: 'work', limit: 1 });
    expect((entries as { command: string }[])[0]?.command.length).toBeLessThanOrEqual(2_000);
  });
});

describe('session_reset and session_end', () => {
  it('begin anew, and end', async () => {
    await exec('gone=yes');
    expect(await call(connection.client, 'session_reset', { session_id: 'work' })).toMatchObject({
      status: 'idle',
    });
    expect((await exec('echo "[$gone]"')).stdout).toBe('[]\n');
    const { session_id } = await call(connection.client, 'session_end', { session_id: 'work' });
    const result = await callRaw(connection.client, 'session_exec', { session_id, command: 'true' });
    expect(result.isError).toBe(true);
    expect(wordsOf(result)).toBe(
      `SESSION_NOT_FOUND: Session ${session_id} is not live: it was ended. Start one with session_start. Live now: none.`,
    );
  });
});

describe('what is not there', () => {
  it('is told with what there is', async () => {
    const { session_id } = await call(connection.client, 'session_start', { name: 'work' });
    const noSession = await callRaw(connection.client, 'session_state', { session_id: 'nowhere' });
    expect(wordsOf(noSession)).toBe(
      `SESSION_NOT_FOUND: Session nowhere is not live: never known here, or ended long ago. Start one with session_start. Live now: ${session_id} (work).`,
    );
    const noCommand = await callRaw(connection.client, 'session_read_output', {
      session_id: 'work',
      command_id: 'cmd_none',
    });
    expect(wordsOf(noCommand)).toMatch(/^COMMAND_NOT_FOUND: Session .* has no command cmd_none/);
  });
});
