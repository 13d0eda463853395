/** `holdfast exec`, as a shell calls it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import { openPlace } from './testing/place.ts';

const place = openPlace();
const { sh, json, terminal } = place;

beforeAll(async () => {
  await sh('holdfast start --name s');
});
afterAll(() => place.close());

describe('as JSON, where stdout is no terminal', () => {
  it('gives the four fields, and nothing else where nothing is out of the ordinary', async () => {
    const result = await json<Record<string, unknown>>(`holdfast exec s -- 'echo out; echo err >&2; exit 3'`);
    expect(result).toEqual({
      stdout: 'out\n',
      stderr: 'err\n',
      exit_code: 3,
      execution_time_ms: expect.any(Number),
    });
  });

  it('keeps directory, variables and functions from call to call', async () => {
    await sh(`holdfast exec s -- 'cd /usr; export NAME=Ada; greet() { echo "hello $1"; }'`);
    const { stdout } = await json<{ stdout: string }>(`holdfast exec s -- 'greet $NAME; pwd'`);
    expect(stdout).toBe('hello Ada\n/usr\n');
  });

  it('takes a command of many lines from standard input', async () => {
    const { stdout } = await sh('holdfast exec s', { input: 'for n in 1 2; do\n  echo $n\ndone\n' });
    expect(JSON.parse(stdout)).toMatchObject({ stdout: '1\n2\n', exit_code: 0 });
  });

  it('takes several words as a program and its arguments, each of them whole', async () => {
    const { stdout } = await json<{ stdout: string }>(
      `holdfast exec s -- printf '[%s]' 'a b' "it's" '$HOME' -x`,
    );
    expect(stdout).toBe("[a b][it's][$HOME][-x]");
  });

  it('tells of the timeout', async () => {
    const { stdout, stderr, code } = await sh(`holdfast exec s --timeout 200ms -- 'sleep 60'`);
    expect(JSON.parse(stdout)).toMatchObject({ timed_out: true });
    expect(stderr).toContain('holdfast: the command ran into its timeout');
    expect(code).toBe(0);
  });

  it('gives the value of an expression, and speaks another language when told', async () => {
    expect(await json(`holdfast exec s --language python -- '6 * 7'`)).toMatchObject({
      result: '42',
      exit_code: 0,
    });
    expect(await json(`holdfast exec s -l node -- '[1, 2].length'`)).toMatchObject({ result: '2' });
  });

  it('gives directory and environment for one command alone', async () => {
    const first = await json<{ stdout: string }>(
      `A=own holdfast exec s --cwd / -e B=two -e A -- 'echo $A $B $PWD'`,
    );
    expect(first.stdout).toBe('own two /\n');
    const { stdout } = await json<{ stdout: string }>(`holdfast exec s -- 'echo "[$B]"'`);
    expect(stdout).toBe('[]\n');
  });

  it('passes its input on with --stdin', async () => {
    const { stdout } = await sh('holdfast exec s --stdin -- sort', { input: 'pear\napple\n' });
    expect(JSON.parse(stdout)).toMatchObject({ stdout: 'apple\npear\n' });
  });

  it('gives output as it comes with --stream --json', async () => {
    const { stdout } = await sh(`holdfast exec s --stream --json -- 'echo one; echo two >&2'`);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(3);
    expect(lines).toContainEqual({ stream: 'stdout', data: 'one\n' });
    expect(lines).toContainEqual({ stream: 'stderr', data: 'two\n' });
    expect(lines[2]).toEqual({ exit_code: 0, execution_time_ms: expect.any(Number) });
  });
});

describe('plain', () => {
  it('passes bytes and the exit code on', async () => {
    const result = await sh(
      `holdfast exec s --no-json -- 'printf "a\\0\\377b"; echo err >&2; exit 7' | od -An -c; exit \${PIPESTATUS[0]}`,
    );
    expect(result.stdout.trim().split(/\s+/)).toEqual(['a', '\\0', '377', 'b']);
    expect(result).toMatchObject({ stderr: 'err\n', code: 7 });
  });

  it('passes everything on, however much, both ways', async () => {
    const script = `seq 1 1000000 | tee all | md5sum; holdfast exec s --no-json -- 'seq 1 1000000' | md5sum
      holdfast exec s --no-json --stdin -- md5sum < all; holdfast logs s > /dev/null`;
    const [wanted, ...got] = (await sh(script)).stdout.trim().split('\n');
    expect(got).toEqual([wanted, wanted]);
  });

  it('is what a terminal gets', async () => {
    const { text, exitCode } = await terminal(`holdfast exec s -- 'echo out; exit 5'`);
    expect({ text, exitCode }).toEqual({ text: 'out\r\n', exitCode: 5 });
  });

  it('gives output while the command runs', async () => {
    // It goes on only when somebody has read its first word.
    const script = `mkfifo go; holdfast exec s --stream -- 'echo ready; read -r word < ${place.work}/go; echo "got $word"' |
      { read -r first; echo news > go; echo "$first"; cat; }`;
    expect((await sh(script)).stdout).toBe('ready\ngot news\n');
  });

  it.each([
    ['a timeout', `--timeout 200ms -- 'sleep 60'`, exitCodes.timedOut],
    ['a kernel that was killed', `-- 'kill -9 $$'`, 128 + 9],
  ])('ends with %s', async (_, args, code) => {
    expect((await sh(`holdfast exec s --no-json ${args}`)).code).toBe(code);
  });

  it('interrupts the command on Ctrl-C, and the state stays', async () => {
    await sh(`holdfast exec s -- 'kept=yes'`);
    const { text, exitCode } = await terminal(`holdfast exec s -- 'echo begun; sleep 600'`, [
      ['begun', '\u0003'],
    ]);
    expect({ text: text.includes('begun'), exitCode }).toEqual({
      text: true,
      exitCode: exitCodes.interrupted,
    });
    expect(await json(`holdfast exec s -- 'echo $kept'`)).toMatchObject({ stdout: 'yes\n' });
  });

  it('takes a command that waits out of the queue on Ctrl-C', async () => {
    await sh('holdfast start --name queue');
    const script = `holdfast exec queue --stream -- 'echo runs; read -r x < <(sleep 600)' > first & first=$!
      until [ -s first ]; do sleep 0.05; done
      holdfast exec queue --stream -- 'echo never' & second=$!
      until holdfast list | grep -q '"queue_length":1'; do :; done
      kill -INT $second; wait $second; echo "second $?"
      kill -INT $first; wait $first; echo "first $?"`;
    expect((await sh(script)).stdout).toBe(
      `second ${exitCodes.interrupted}\nfirst ${exitCodes.interrupted}\n`,
    );
  });

  it('stops a command whose reader has left', async () => {
    expect((await sh('holdfast exec s --stream -- yes | head -1')).stdout).toBe('y\n');
    expect(await json(`holdfast exec s -- 'echo free'`)).toMatchObject({ stdout: 'free\n' });
  });
});

describe('says what is wrong', () => {
  it.each([
    ['no command', 'holdfast exec s < /dev/null', 'noCommand', 'No command provided (stdin is empty)'],
    ['only space', 'echo "  " | holdfast exec s', 'noCommand', 'No command provided (stdin is empty)'],
    ['closed input', 'holdfast exec s <&-', 'noCommand', 'No command provided (stdin is empty)'],
    ['no session', 'holdfast exec', 'usage', 'exec needs a session'],
    ['an unknown option', 'holdfast exec s --what -- ls', 'usage', "Unknown option '--what'"],
    [
      'an unknown language',
      'holdfast exec s -l cobol -- ls',
      'usage',
      'There is no language "cobol": bash, python, node.',
    ],
    ['no time', 'holdfast exec s -t soon -- ls', 'usage', '--timeout takes a time such as 500ms'],
    [
      'a typo',
      'holdfast exec q -- ls',
      'sessionNotFound',
      'Session not found: q. There is none of that name',
    ],
    ['a path for an id', 'holdfast exec ../../etc -- ls', 'sessionNotFound', 'Session not found: ../../etc.'],
  ] as const)('%s', async (_, script, code, message) => {
    const result = await sh(script);
    expect(result).toMatchObject({ code: exitCodes[code], stdout: '' });
    expect(result.stderr).toContain(`holdfast: ${message}`);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('no command, in a terminal', async () => {
    const { text, exitCode } = await terminal('holdfast exec s');
    expect(text).toContain('No command provided');
    expect(exitCode).toBe(exitCodes.noCommand);
  });

  it('a session that has ended', async () => {
    const { session_id: id } = await json<{ session_id: string }>('holdfast start');
    await sh(`holdfast end ${id}`);
    const { code, stderr } = await sh(`holdfast exec ${id} -- ls`);
    expect(stderr).toBe(`holdfast: Session not found: ${id} has ended, as asked. Start a new one.\n`);
    expect(code).toBe(exitCodes.sessionNotFound);
  });

  it('what was meant, perhaps', async () => {
    await sh('holdfast start --name frontend');
    expect((await sh('holdfast exec fronted -- ls')).stderr).toContain('Did you mean frontend?');
  });
});

it('twenty at once on one session run one after the other, in the order they were accepted', async () => {
  await sh(`holdfast start --name many; holdfast exec many -- 'n=0'`);
  const command = 'before=$n; sleep 0.01; n=$((n + 1)); echo "$before $n"';
  const calls = await Promise.all(
    Array.from({ length: 20 }, () => json<{ stdout: string }>(`holdfast exec many -- '${command}'`)),
  );
  const seen = calls
    .map(({ stdout }) => stdout.trim())
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => `${index} ${index + 1}`));
  const entries = await json<{ started_at: string; finished_at: string }[]>(
    'holdfast history many --limit 20',
  );
  for (const [index, entry] of entries.slice(1).entries()) {
    expect(entry.started_at >= (entries[index]?.finished_at ?? '')).toBe(true);
  }
});
