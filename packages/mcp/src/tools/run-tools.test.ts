import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call, callRaw, wordsOf } from '../testing/connect.ts';
import { useWorkSession } from '../testing/work-session.ts';

const work = useWorkSession();

// On a machine that is slow to act on the first step, more of them are taken.
const steps = 'SIGINT(, then [^;.]+)?';

describe('session_exec and session_eval', () => {
  it('keeps the state from one command to the next, and from one language to the other', async () => {
    mkdtempSync(join(work.dir, 'sub-'));
    await work.exec('cd sub-*; export NAME=world; greet() { echo "hello $NAME"; }');
    expect(await work.exec('greet; basename "$PWD" | cut -c1-4')).toMatchObject({
      stdout: 'hello world\nsub-\n',
      exit_code: 0,
      success: true,
      epoch: 1,
      notes: [],
    });
    const python = await work.exec('import os; print(os.environ["NAME"], os.getcwd() != "/")', {
      language: 'python',
    });
    expect(python.stdout).toBe('world True\n');
  });

  it('answers for a failed command with facts and words, not with an error', async () => {
    const result = await callRaw(work.client, 'session_exec', {
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
    const evaluate = (code: string) => callRaw(work.client, 'session_eval', { session_id: 'work', code });
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
    const answer = await work.exec('cat; pwd; echo "$ONCE"', {
      stdin: 'in\n',
      cwd: '/',
      env: { ONCE: 'yes' },
    });
    expect(answer.stdout).toBe('in\n/\nyes\n');
    expect((await work.exec('cat; pwd; echo "$ONCE"')).stdout).toBe(`${work.dir}\n\n`);
  });

  it('stops a command at its limit and keeps the state', async () => {
    await work.exec('kept=yes');
    const { notes, ...facts } = await work.exec('sleep 600', { timeout_ms: 1_000 });
    expect(facts).toMatchObject({ timed_out: true, success: false });
    expect(notes).toEqual([
      expect.stringMatching(
        `^Timed out and was stopped \\(${steps}; state was kept\\). Raise timeout_ms, or run it with & .$`,
      ),
    ]);
    expect((await work.exec('echo $kept')).stdout).toBe('yes\n');
  });

  it('tells when state was lost', async () => {
    const died = await work.exec('kill -9 $$');
    expect(died).toMatchObject({ success: false, state_lost: { language: 'bash' }, epoch: 2 });
    expect(died.notes).toContain('The bash process was ended by SIGKILL.');
    expect((await work.exec('echo again')).stdout).toBe('again\n');
  });

  it('tells a misspelt argument from a good one', async () => {
    const result = await callRaw(work.client, 'session_exec', {
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
    const fifo = join(work.dir, 'go');
    await work.exec(`mkfifo ${fifo}`);
    await call(
      work.client,
      'session_exec',
      { session_id: 'work', command: `echo first; read -r _ < ${fifo}; echo second` },
      {
        onprogress(report) {
          reports.push(report);
          // On a slow machine, that it is still running is reported before.
          if (report.message === 'first\n') writeFileSync(fifo, 'go\n');
        },
      },
    );
    expect(reports.map(({ message }) => message)).toContain('first\n');
    const numbers = reports.map(({ progress }) => progress);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  it('can be looked at and interrupted', async () => {
    const { answer } = await work.begin('kept=yes; echo begun; sleep 600');
    const [command_id] = (await work.underWay()) as string[];
    const read = await call(work.client, 'session_read_output', { session_id: 'work', command_id });
    expect(read).toMatchObject({
      text: 'begun\n',
      status: 'running',
      open: true,
      notes: ['The command is running: read again for more.'],
    });
    expect(await call(work.client, 'session_interrupt', { session_id: 'work' })).toMatchObject({
      answer: 'interrupted',
    });
    expect(await answer).toMatchObject({
      command_id,
      stdout: 'begun\n',
      interrupted: true,
      notes: [expect.stringMatching(`^Interrupted \\(${steps}; state was kept\\)\\.$`)],
    });
    expect((await work.exec('echo $kept')).stdout).toBe('yes\n');
    expect(await call(work.client, 'session_interrupt', { session_id: 'work' })).toMatchObject({
      answer: 'idle',
      message: 'No command was running.',
    });
  });

  it('is interrupted when the client cancels its request', async () => {
    const abort = new AbortController();
    const { answer } = await work.begin('kept=yes; echo begun; sleep 600', abort.signal);
    abort.abort('enough');
    await expect(answer).rejects.toThrow('enough');
    expect((await work.exec('echo $kept')).stdout).toBe('yes\n');
    const { entries } = await call(work.client, 'session_history', { session_id: 'work' });
    expect(entries).toMatchObject([
      { command: 'kept=yes; echo begun; sleep 600', interrupted: true, success: false },
      { command: 'echo $kept', interrupted: false, success: true },
    ]);
  });

  it('is dropped when the client cancels its request while it waits', async () => {
    const { answer } = await work.begin('echo begun; sleep 600');
    const abort = new AbortController();
    const waiting = call(
      work.client,
      'session_exec',
      { session_id: 'work', command: `touch ${work.dir}/ran` },
      { signal: abort.signal },
    );
    expect(await work.underWay()).toHaveLength(2);
    abort.abort('never mind');
    await expect(waiting).rejects.toThrow('never mind');
    await call(work.client, 'session_interrupt', { session_id: 'work' });
    expect(await answer).toMatchObject({ interrupted: true });
    await work.exec('true');
    expect(existsSync(join(work.dir, 'ran'))).toBe(false);
    expect(await work.underWay()).toEqual([]);
  });
});

describe('long output', () => {
  it('is shown by its ends, and the rest can be read', async () => {
    const whole = `${Array.from({ length: 40_000 }, (_, index) => `line ${index + 1}`).join('\n')}\n`;
    const result = await callRaw(work.client, 'session_exec', {
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
    const { text, ...facts } = await call(work.client, 'session_read_output', {
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
    const piece = await call(work.client, 'session_read_output', bytes);
    expect(piece.text).toBe(whole.slice(100_000, 100_020));
  });

  it('leaves room for stderr', async () => {
    const answer = await work.exec('seq 100000; seq 100000 >&2');
    expect(String(answer.stdout).length + String(answer.stderr).length).toBeLessThanOrEqual(30_000);
    expect(String(answer.stderr).length).toBeGreaterThan(7_000);
    expect(answer.stderr_omitted).toMatchObject({ from_line: expect.any(Number) });
  });

  it('of another’s command is read from what the session remembers', async () => {
    const session = work.manager.getSession('work');
    const { commandId } = (await session?.exec('echo mine')) ?? {};
    const read = { session_id: 'work', command_id: commandId };
    expect(await call(work.client, 'session_read_output', read)).toMatchObject({
      text: 'mine\n',
      open: false,
    });
  });
});

describe('background jobs', () => {
  it('come back with the next answer, once, and can be read', async () => {
    const fifo = join(work.dir, 'go');
    await work.exec(`mkfifo ${fifo}`);
    const { command_id } = await work.exec(`(read -r _ < ${fifo}; echo late) & echo started`);
    expect(await call(work.client, 'session_state', { session_id: 'work' })).toMatchObject({
      jobs: [{ command_id }],
    });
    const late = new Promise<void>((resolve) => {
      work.manager.on('late-output', () => resolve());
    });
    writeFileSync(fifo, 'go\n');
    await late;
    expect((await work.exec('true')).late_output).toEqual([{ command_id, stdout: 'late\n', stderr: '' }]);
    expect((await work.exec('true')).late_output).toBeUndefined();
    const read = { session_id: 'work', command_id, stream: 'late_stdout' };
    expect(await call(work.client, 'session_read_output', read)).toMatchObject({ text: 'late\n' });
  });
});
