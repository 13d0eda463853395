/** Starting, asking and ending sessions, as a shell does it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import { openPlace } from './testing/place.ts';

const place = openPlace();
const { sh, json, terminal } = place;
const missing = (process.env.HOLDFAST_MISSING ?? '').split(',');

afterAll(() => place.close());

describe('start', () => {
  it('gives the id: as JSON in a pipe, bare in a terminal', async () => {
    expect(await json('holdfast start')).toEqual({
      session_id: expect.stringMatching(/^sess_[0-9a-z]{20}$/),
    });
    expect((await terminal('holdfast start')).text).toMatch(/^sess_[0-9a-z]{20}\r\n$/);
    expect((await sh('holdfast start --no-json')).stdout).toMatch(/^sess_[0-9a-z]{20}\n$/);
  });

  const programs: [string, string, string][] = [
    ['bash', 'echo ${BASH_VERSION:+bash}', 'bash\n'],
    ['sh', 'echo ${BASH_VERSION:-none}', 'none\n'],
    ['zsh', 'echo ${ZSH_VERSION:+zsh}', 'zsh\n'],
    ['python3', 'import sys; print(sys.version_info[0])', '3\n'],
    ['node', 'console.log(typeof process.version)', 'string\n'],
  ];
  for (const [program, command, stdout] of programs.filter(([name]) => !missing.includes(name))) {
    it(program, async () => {
      await sh(`holdfast start ${program} --name p-${program}`);
      const result = await sh(`holdfast exec p-${program}`, { input: command });
      expect(JSON.parse(result.stdout)).toMatchObject({ stdout, exit_code: 0 });
      const { sessions } = await json<{ sessions: { name: string; command: string }[] }>('holdfast list');
      expect(sessions.find(({ name }) => name === `p-${program}`)?.command).toBe(program);
    });
  }

  it('takes directory, environment and timeouts; PATH is that of who starts it', async () => {
    const options = '--cwd /usr -e A=1 -e B --timeout 250ms --idle-timeout 1h';
    await sh(`B=two PATH=/opt/own:$PATH holdfast start --name options ${options}`);
    const { stdout } = await json<{ stdout: string }>(
      `holdfast exec options --timeout 0 -- 'echo $A $B $PWD; echo $PATH'`,
    );
    expect(stdout).toMatch(/^1 two \/usr\n\/opt\/own:/);
    expect(await json(`holdfast exec options -- 'sleep 60'`)).toMatchObject({ timed_out: true });
  });

  it('gives the session that has the name already, and says so', async () => {
    const { session_id } = await json<{ session_id: string }>('holdfast start --name twice');
    const { stdout, stderr } = await sh('holdfast start python3 --name twice');
    expect(JSON.parse(stdout)).toEqual({ session_id });
    expect(stderr).toBe(
      'holdfast: twice is there already, with bash: nothing was started, the options were not used\n',
    );
  });

  it.each([
    ['an unknown program', 'holdfast start perl', 'There is no program "perl"'],
    ['a name that looks like an id', 'holdfast start --name sess_x', 'The session can not be opened'],
    ['an unknown option', 'holdfast start --colour', "unknown option '--colour'"],
    ['an unknown command', 'holdfast begin', "unknown command 'begin'"],
  ])('refuses %s', async (_, script, message) => {
    const { code, stderr } = await sh(script);
    expect(stderr).toContain(message);
    expect(code).toBe(exitCodes.usage);
  });
});

describe('one session', () => {
  it('is listed', async () => {
    const { session_id } = await json<{ session_id: string }>('holdfast start --name listed');
    await sh(`holdfast exec listed -- 'cd /usr'`);
    const { sessions } = await json<{ sessions: Record<string, unknown>[] }>('holdfast list');
    const folder = join(place.work, '.sessions', session_id);
    expect(sessions.find((session) => session.session_id === session_id)).toEqual({
      session_id,
      name: 'listed',
      command: 'bash',
      status: 'idle',
      queue_length: 0,
      created_at: expect.any(String),
      last_activity_at: expect.any(String),
      work_dir: '/usr',
      execution_count: 1,
      folder,
    });
    expect(JSON.parse(readFileSync(join(folder, 'metadata.json'), 'utf8'))).toMatchObject({ session_id });
    const { text } = await terminal('holdfast list', [], { NO_COLOR: '1' });
    expect(text).toMatch(new RegExp(`${session_id} +listed +bash +idle +0 +1 +\\d+ s ago +/usr\r\n`));
  });

  it('tells its state, whole as JSON and in words for people', async () => {
    await sh(`holdfast start --name stated; holdfast exec stated -- 'cd /usr; colour=blue; paint() { :; }'`);
    expect(await json('holdfast state stated')).toMatchObject({
      working_dir: '/usr',
      language: 'bash',
      functions: ['paint'],
      variables: [{ name: 'colour', preview: expect.any(String), type: expect.any(String) }],
    });
    expect((await sh('holdfast state stated --no-json')).stdout).toMatch(
      /^directory +\/usr\nvariables +colour: \w+\nfunctions +paint$/m,
    );
    await sh(`holdfast exec stated -l python -- 'import json as j'`);
    expect(await json('holdfast state stated --language python')).toMatchObject({ imports: { j: 'json' } });
  });

  it('tells its history', async () => {
    await sh(`holdfast start --name past; holdfast exec past -- true; holdfast exec past -- '(exit 4)'`);
    const entries = await json<Record<string, unknown>[]>('holdfast history past');
    expect(entries.map(({ command, exit_code }) => [command, exit_code])).toEqual([
      ['true', 0],
      ['(exit 4)', 4],
    ]);
    expect(await json<unknown[]>('holdfast history past --limit 1')).toEqual([entries[1]]);
    expect((await sh('holdfast history past -n 1 --no-json')).stdout).toMatch(/\d ms +4 +\(exit 4\)\n$/);
  });

  it('is reset', async () => {
    const { session_id } = await json<{ session_id: string }>('holdfast start --name fresh');
    await sh(`holdfast exec fresh -- 'a=1'`);
    expect(await json('holdfast reset fresh')).toEqual({ session_id, reset: true });
    expect(await json(`holdfast exec fresh -- 'echo "[$a]"'`)).toMatchObject({ stdout: '[]\n' });
  });

  it('is interrupted, if something runs', async () => {
    await sh('holdfast start --name busy');
    const idle = await sh('holdfast interrupt busy');
    expect({ answer: JSON.parse(idle.stdout), code: idle.code }).toEqual({
      answer: { answer: 'idle' },
      code: exitCodes.failed,
    });
    const script = `holdfast exec busy --stream -- 'echo begun; sleep 600' | { read -r; holdfast interrupt busy; }
      exit \${PIPESTATUS[0]}`;
    const { stdout, code } = await sh(script);
    expect({ answer: JSON.parse(stdout), code }).toEqual({
      answer: { answer: 'interrupted' },
      code: exitCodes.interrupted,
    });
  });

  it('lists jobs, and what they wrote later', async () => {
    writeFileSync(
      join(place.work, 'late.sh'),
      'mkfifo go2\n{ read -r word < go2; echo "late $word"; } &\necho now',
    );
    await sh('holdfast start --name jobs; holdfast exec jobs < late.sh');
    const [job] = await json<{ pid: number; command: string; command_id: string }[]>('holdfast jobs jobs');
    expect(job).toEqual({
      pid: expect.any(Number),
      command: expect.stringContaining('read -r word'),
      command_id: expect.stringMatching(/^cmd_/),
    });
    const id = job?.command_id ?? '';
    // Follows until the job has ended, which it does when it is told.
    const { stdout } = await sh(
      `holdfast logs jobs --follow --no-json | { read -r first; echo word > go2; echo "$first"; cat; }`,
    );
    expect(stdout).toBe('now\nlate word\n');
    expect(await json(`holdfast logs jobs ${id}`)).toMatchObject({
      command_id: id,
      status: 'finished',
      stdout: 'now\n',
      late_stdout: 'late word\n',
      exit_code: 0,
    });
    expect((await sh(`holdfast logs jobs ${id} --no-json`)).stdout).toBe('now\nlate word\n');
    expect((await sh('holdfast jobs jobs --no-json')).stdout).toBe('No jobs.\n');
  });

  it('shows what a running command has written so far', async () => {
    await sh('holdfast start --name running');
    const script = `holdfast exec running --stream -- 'echo begun; sleep 600' | {
      read -r; holdfast logs running --no-json; holdfast logs running; holdfast interrupt running; } | cat`;
    const [first, second] = (await sh(script)).stdout.split('\n');
    expect(first).toBe('begun');
    expect(JSON.parse(second ?? '')).toMatchObject({ status: 'running', stdout: 'begun\n' });
  });

  it.each([
    ['an unknown command', 'holdfast logs none cmd_00000000000000000000', exitCodes.commandNotFound],
    ['a session without commands', 'holdfast logs none', exitCodes.commandNotFound],
    ['what is no command’s id', 'holdfast logs none ../x', exitCodes.usage],
  ])('logs of %s', async (_, script, code) => {
    await sh('holdfast start --name none');
    const result = await sh(script);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' });
    expect(result.stderr).toMatch(/^holdfast: ./);
  });
});

describe('end', () => {
  it('ends one, and says so', async () => {
    const { session_id } = await json<{ session_id: string }>('holdfast start --name ending');
    expect(await json('holdfast end ending')).toEqual({ session_id, ended: true });
    const again = await sh('holdfast end ending');
    expect(again.code).toBe(exitCodes.sessionNotFound);
    expect(again.stderr).toMatch(/^holdfast: Session not found: ending has ended/);
  });

  it.each(['state', 'history', 'reset', 'interrupt', 'jobs', 'logs', 'attach', 'end'])(
    '%s of none',
    async (command) => {
      const { code, stderr } = await sh(`holdfast ${command} nowhere`);
      expect(stderr).toMatch(/^holdfast: Session not found: nowhere/);
      expect(stderr).toContain('holdfast start --name NAME');
      expect(code).toBe(exitCodes.sessionNotFound);
    },
  );

  it('ends all, in one line of shell', async () => {
    await sh('holdfast start; holdfast start');
    const { ended } = await json<{ ended: string[] }>('holdfast end --all');
    expect(ended.length).toBeGreaterThanOrEqual(2);
    expect((await json<{ sessions: unknown[] }>('holdfast list')).sessions).toEqual([]);
    expect((await sh('holdfast end')).code).toBe(exitCodes.usage);
  });
});
