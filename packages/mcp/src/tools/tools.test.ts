import { describe, expect, it } from 'vitest';
import { call, callRaw, wordsOf } from '../testing/connect.ts';
import { useWorkSession } from '../testing/work-session.ts';

const work = useWorkSession();

describe('the list of tools', () => {
  it('has ten, each with schemas for both ways, and hints', async () => {
    const { tools } = await work.client.listTools();
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
    const started = await call(work.client, 'session_start', {
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
    const again = await call(work.client, 'session_start', { name: 'other' });
    expect(again).toEqual({ ...started, created: false });
    const { sessions } = await call(work.client, 'session_list');
    expect(sessions).toMatchObject([
      { name: 'work', status: 'idle', queue_length: 0, commands: [] },
      { name: 'other', session_id: started.session_id },
    ]);
    const answer = await call(work.client, 'session_exec', {
      session_id: started.session_id,
      command: 'import os; print(json.dumps(os.environ["GREETING"]))',
    });
    expect(answer.stdout).toBe('"hello"\n');
  });

  it('does not wait for a session that is at work', async () => {
    const { answer } = await work.begin('echo begun; sleep 600');
    expect(await call(work.client, 'session_start', { name: 'work' })).toEqual({
      session_id: expect.any(String),
      name: 'work',
      created: false,
      status: 'busy',
    });
    await call(work.client, 'session_interrupt', { session_id: 'work' });
    await answer;
  });

  it('tells what is wrong with the settings', async () => {
    const badName = await callRaw(work.client, 'session_start', { name: '../etc' });
    expect(badName.isError).toBe(true);
    expect(wordsOf(badName)).toContain('letters, digits, ".", "_" and "-", at most 100');
    const badFolder = await callRaw(work.client, 'session_start', { cwd: '/no/such/folder' });
    expect(badFolder.isError).toBe(true);
    expect(wordsOf(badFolder)).toMatch(/^SPAWN_FAILED: .*\/no\/such\/folder/s);
    expect(badFolder._meta).toEqual({ 'holdfast/code': 'SPAWN_FAILED' });
  });
});

describe('session_state, session_history', () => {
  it('tell what is alive and what was run', async () => {
    await work.exec('export COLOUR=red; f() { :; }');
    await work.exec('import json; numbers = [1, 2]', { language: 'python' });
    expect(await call(work.client, 'session_state', { session_id: 'work' })).toMatchObject({
      language: 'bash',
      status: 'idle',
      working_dir: work.dir,
      env_vars: { COLOUR: 'red' },
      functions: ['f'],
      notes: [],
    });
    const python = await call(work.client, 'session_state', { session_id: 'work', language: 'python' });
    expect(python).toMatchObject({
      imports: { json: 'json' },
      variables: [{ name: 'numbers', type: 'list', preview: '[1, 2]' }],
    });
    const { entries } = await call(work.client, 'session_history', { session_id: 'work', limit: 1 });
    expect(entries).toMatchObject([
      { command: 'import json; numbers = [1, 2]', language: 'python', exit_code: 0 },
    ]);
  });

  it('do not fill a model’s context', async () => {
    await work.exec('for i in range(600): globals()[f"v{i}"] = i', { language: 'python' });
    const state = await call(work.client, 'session_state', { session_id: 'work', language: 'python' });
    expect(state.variables).toHaveLength(500);
    expect(state.notes).toEqual(['101 more variables are not shown.']);
    await work.exec(`: ${'x'.repeat(5_000)}`);
    const { entries } = await call(work.client, 'session_history', { session_id: 'work', limit: 1 });
    expect((entries as { command: string }[])[0]?.command.length).toBeLessThanOrEqual(2_000);
  });
});

describe('session_reset and session_end', () => {
  it('begin anew, and end', async () => {
    await work.exec('gone=yes');
    expect(await call(work.client, 'session_reset', { session_id: 'work' })).toMatchObject({
      status: 'idle',
    });
    expect((await work.exec('echo "[$gone]"')).stdout).toBe('[]\n');
    const { session_id } = await call(work.client, 'session_end', { session_id: 'work' });
    const result = await callRaw(work.client, 'session_exec', { session_id, command: 'true' });
    expect(result.isError).toBe(true);
    expect(wordsOf(result)).toBe(
      `SESSION_NOT_FOUND: Session ${session_id} is not live: it was ended. Start one with session_start. Live now: none.`,
    );
  });
});

describe('what is not there', () => {
  it('is told with what there is', async () => {
    const { session_id } = await call(work.client, 'session_start', { name: 'work' });
    const noSession = await callRaw(work.client, 'session_state', { session_id: 'nowhere' });
    expect(wordsOf(noSession)).toBe(
      `SESSION_NOT_FOUND: Session nowhere is not live: never known here, or ended long ago. Start one with session_start. Live now: ${session_id} (work).`,
    );
    const noCommand = await callRaw(work.client, 'session_read_output', {
      session_id: 'work',
      command_id: 'cmd_none',
    });
    expect(wordsOf(noCommand)).toMatch(/^COMMAND_NOT_FOUND: Session .* has no command cmd_none/);
  });
});
