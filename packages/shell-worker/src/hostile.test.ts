/**
 * The hostile table for bash: whatever is typed, there is a correct result, and the next command
 * finds earlier variables, functions and the working directory as they were.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionManager } from '@holdfast/core';
import { type HostileRow, withSession } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { bash } from './index.ts';

const manager = createSessionManager({ languages: [bash()] });
afterAll(() => manager[Symbol.asyncDispose]());

interface Row extends HostileRow {
  /** Where the row itself changes the directory. */
  movesTo?: string;
}

const containing = (text: string): unknown => expect.stringContaining(text);

const syntax: Row[] = [
  {
    name: 'unclosed quote',
    code: 'echo "abc',
    expect: { exitCode: 2, stderr: containing('unexpected EOF') },
  },
  { name: 'unclosed single quote', code: "echo 'abc", expect: { exitCode: 2 } },
  { name: 'unclosed heredoc', code: 'cat <<EOF\nhello', expect: { stdout: 'hello\n', exitCode: 0 } },
  { name: 'unclosed brace', code: '{ echo a', expect: { exitCode: 2, stdout: '' } },
  { name: 'unclosed $(', code: 'echo $(echo a', expect: { exitCode: 2 } },
  { name: 'stray }', code: '}', expect: { exitCode: 2, stderr: containing("`}'") } },
  { name: 'stray )', code: 'echo a )', expect: { exitCode: 2 } },
  { name: 'stray done', code: 'done', expect: { exitCode: 2 } },
  { name: 'trailing backslash', code: 'echo a \\', expect: { stdout: 'a \\\n', exitCode: 0 } },
  { name: 'comment only', code: '# nothing', expect: { stdout: '', stderr: '', exitCode: 0 } },
  { name: 'empty', code: '', expect: { stdout: '', stderr: '', exitCode: 0 } },
  { name: 'white space only', code: ' \n\t\n ', expect: { stdout: '', stderr: '', exitCode: 0 } },
  { name: 'CRLF text', code: 'x=1\r\necho "[$x]"\r\n', expect: { stdout: '[1\r]\r\n' } },
  {
    name: '10 MB of code',
    code: `y=${'z'.repeat(10_000_000)}; echo \${#y}; unset y`,
    expect: { stdout: '10000000\n' },
  },
];

const options: Row[] = [
  { name: 'exit 3', code: 'exit 3', expect: { exitCode: 3, exited: true } },
  {
    name: 'set -e; false',
    code: 'set -e; false; echo not here',
    expect: { exitCode: 1, stdout: '', exited: true },
  },
  {
    name: 'set -u; echo $nope',
    code: 'set -u; echo $nope; echo not here',
    expect: { exitCode: 1, stdout: '' },
  },
  { name: 'set -n', code: 'set -n; echo not here', expect: { stdout: '' } },
  {
    name: 'set -x',
    code: 'set -x\necho a\nset +x',
    expect: { stdout: 'a\n', stderr: expect.stringMatching(/^\++ echo a\n\++ set \+x\n$/) },
  },
  { name: 'set -x left on', code: 'set -x', expect: { stderr: '' }, undo: 'set +x' },
  { name: 'set -o noclobber', code: 'set -o noclobber', expect: { exitCode: 0 } },
  { name: 'set -f', code: 'set -f; echo *', expect: { stdout: '*\n' } },
  { name: 'set -a', code: 'set -a; exported=1; bash -c "echo \\$exported"', expect: { stdout: '1\n' } },
  { name: 'set -o posix', code: 'set -o posix; echo $SHELLOPTS', expect: { stdout: containing('posix') } },
  { name: 'return 5', code: 'return 5; echo c', expect: { stdout: 'c\n', stderr: containing('return') } },
  { name: 'break 9', code: 'break 9; echo c', expect: { stdout: 'c\n' } },
  { name: 'continue', code: 'continue; echo c', expect: { stdout: 'c\n' } },
  {
    name: 'shopt -s extdebug expand_aliases failglob nullglob',
    code: 'shopt -s extdebug expand_aliases failglob nullglob; echo ok',
    expect: { stdout: 'ok\n' },
  },
];

const descriptors: Row[] = [
  { name: 'exec >file', code: 'exec >out.txt; echo hidden', expect: { stdout: '', exitCode: 0 } },
  { name: 'exec 2>&1', code: 'exec 2>&1; echo e >&2', expect: { stdout: 'e\n', stderr: '' } },
  { name: 'exec 1>&-', code: 'exec 1>&-; true', expect: { stdout: '', exitCode: 0 } },
  {
    name: 'exec <file',
    code: 'echo line >in.txt; exec <in.txt; read x; echo $x',
    expect: { stdout: 'line\n' },
  },
  { name: 'exec 0<&-', code: 'exec 0<&-; true', expect: { exitCode: 0 } },
  {
    name: 'closing every fd from 3 to 260',
    code: 'for ((fd = 3; fd <= 260; fd++)); do eval "exec $fd>&-"; done; echo closed',
    expect: { stdout: 'closed\n' },
  },
  { name: 'exec true', code: 'exec true', expect: { exitCode: 0 }, loses: true },
];

const overridden = [
  'echo',
  'printf',
  'read',
  'eval',
  'builtin',
  'trap',
  'exit',
  'declare',
  'exec',
  'source',
  'command',
  'set',
  'kill',
  'true',
];
const overrides: Row[] = overridden.flatMap((name) => [
  {
    name: `function ${name}`,
    code: `function ${name} { return 0; }`,
    expect: { exitCode: 0, stdout: '', stderr: '' },
  },
  {
    name: `alias ${name}`,
    code: `shopt -s expand_aliases; alias ${name}=false`,
    expect: { exitCode: 0, stdout: '', stderr: '' },
  },
]);

const variables: Row[] = [
  { name: 'unset PATH', code: 'unset PATH; echo ok', expect: { stdout: 'ok\n' } },
  { name: 'PATH=/nonexistent', code: 'PATH=/nonexistent; ls', expect: { exitCode: 127 } },
  { name: 'IFS of digits', code: 'IFS=0123456789; x=a1b; echo $x', expect: { stdout: 'a b\n' } },
  { name: 'LC_ALL', code: 'export LC_ALL=C; x=é; echo ${#x}', expect: { stdout: '2\n' } },
  {
    name: 'BASH_ENV',
    code: 'echo "echo injected" >inj; export BASH_ENV=$PWD/inj; exit 4',
    expect: { exitCode: 4, stdout: '' },
  },
  { name: 'PROMPT_COMMAND', code: `PROMPT_COMMAND='echo P'; echo ok`, expect: { stdout: 'ok\n' } },
  {
    name: 'PS1 and PS4',
    code: `PS1='$(echo 1) ' PS4='$(echo 4) '; exit 2`,
    expect: { exitCode: 2, stderr: '' },
  },
  { name: 'TMOUT=1', code: 'TMOUT=1', expect: { exitCode: 0 } },
  {
    name: 'HISTFILE',
    code: 'HISTFILE=$PWD/h; set -o history; echo ok; set +o history',
    expect: { stdout: 'ok\n' },
  },
  {
    name: 'a readonly variable',
    code: 'readonly RO=1; RO=2; echo not here',
    expect: { exitCode: 1, stdout: '' },
  },
  {
    name: 'readonly IFS, PATH and friends',
    code: 'readonly IFS PATH LC_ALL OPTIND REPLY PWD; exit 5',
    expect: { exitCode: 5 },
  },
];

const signals: Row[] = [
  {
    name: 'kill -9 $$',
    code: 'kill -9 $$; sleep 1',
    expect: { exitCode: 137, signal: 'SIGKILL' },
    loses: true,
  },
  { name: 'kill -STOP $$', code: 'kill -STOP $$', options: { timeoutMs: 500 } },
  { name: 'kill -TERM 0', code: 'kill -TERM 0; sleep 1', expect: { exitCode: 143 } },
  { name: 'kill -INT $$', code: 'kill -INT $$; sleep 1', expect: { exitCode: 130 } },
  {
    name: "trap '' INT in an endless loop",
    code: "trap '' INT TERM; while :; do :; done",
    options: { timeoutMs: 300 },
    expect: { timedOut: true, interruption: expect.objectContaining({ stateKept: true }) },
  },
  {
    name: 'a trap on EXIT, fired by exit',
    code: "trap 'echo bye' EXIT; exit 3",
    expect: { stdout: 'bye\n', exitCode: 3 },
  },
  { name: 'a trap on ERR', code: "trap 'echo err' ERR; false; trap - ERR", expect: { stdout: 'err\n' } },
  { name: 'a trap on DEBUG', code: "trap 'echo d' DEBUG; :; trap - DEBUG", expect: { stdout: 'd\nd\n' } },
  {
    name: 'a trap on RETURN',
    code: "f() { trap 'echo r' RETURN; }; f; trap - RETURN",
    expect: { stdout: 'r\n' },
  },
  {
    name: 'a trap on CHLD',
    code: "trap 'n=1' CHLD; /bin/true; trap - CHLD; echo $n",
    expect: { stdout: '1\n' },
  },
];

const limits: Row[] = [
  { name: 'ulimit -n 5', code: 'ulimit -S -n 5; echo ok', expect: { stdout: 'ok\n' } },
  { name: 'ulimit -v', code: 'ulimit -S -v 30000; echo ok', expect: { stdout: 'ok\n' } },
  { name: 'umask 777', code: 'umask 777; exit 6', expect: { exitCode: 6 } },
  {
    name: 'cwd deleted',
    code: 'mkdir gone; cd gone; rmdir "$PWD"; exit 7',
    expect: { exitCode: 7 },
    movesTo: '/gone',
  },
  { name: 'cwd unreadable', code: 'chmod 000 .; exit 8', expect: { exitCode: 8 }, undo: 'chmod 700 .' },
  { name: 'read x with no stdin', code: 'read x; echo "rc=$?"', expect: { stdout: 'rc=1\n' } },
  { name: 'cat with no stdin', code: 'cat; echo "rc=$?"', expect: { stdout: 'rc=0\n' } },
];

const jobs: Row[] = [
  {
    name: 'coproc',
    code: 'coproc C { cat; }; echo hi >&"${C[1]}"; read l <&"${C[0]}"; echo $l; kill $C_PID; wait $C_PID 2>/dev/null',
    expect: { stdout: 'hi\n' },
  },
  { name: 'process substitution', code: 'cat <(echo in)', expect: { stdout: 'in\n' } },
  { name: 'here-string', code: 'cat <<<"here"', expect: { stdout: 'here\n' } },
  { name: 'wait', code: 'sleep 0.01 & wait; echo done', expect: { stdout: 'done\n' } },
  { name: 'jobs', code: 'sleep 100 & jobs -p | wc -l; kill $!', expect: { stdout: '1\n' } },
  { name: 'disown', code: 'sleep 100 & disown; jobs; echo ok; kill $!', expect: { stdout: 'ok\n' } },
  { name: 'nohup', code: 'nohup sleep 100 >/dev/null 2>&1 & echo ok', expect: { stdout: 'ok\n' } },
  { name: 'setsid', code: 'setsid sleep 100 & echo ok', expect: { stdout: 'ok\n' } },
  { name: 'sleep 300 &', code: 'sleep 300 &', expect: { exitCode: 0 } },
  { name: 'yes &', code: 'yes >/dev/null & echo $! >pid', expect: { exitCode: 0 }, undo: 'kill $(<pid)' },
];

const table = { syntax, options, descriptors, overrides, variables, signals, limits, jobs };

const runRow = (row: Row): Promise<void> =>
  withSession(manager, {}, async (session, folder) => {
    await session.exec('kept=value; keep() { kept_by=function; }; mkdir sub; cd sub');
    const output = await session.exec(row.code, { timeoutMs: 8_000, ...row.options });
    expect(output).toMatchObject({ ...row.expect });
    expect(output.stateLost !== undefined).toBe(row.loses === true);
    if (row.undo) await session.exec(row.undo);
    // Words of the grammar only: no function, alias or missing PATH can stand in for them.
    expect((await session.exec('[[ $kept == value ]]')).exitCode).toBe(0);
    expect((await session.exec('[[ $kept != value ]]')).exitCode).toBe(1);
    const state = await session.state();
    expect(state.functions).toContain('keep');
    expect(state.variables.find(({ name }) => name === 'kept')?.preview).toContain('value');
    expect(state.working_dir).toBe(`${folder}/sub${row.movesTo ?? ''}`);
    expect(Object.keys(state.env_vars).filter((name) => name.includes('holdfast'))).toEqual([]);
  });

for (const [category, rows] of Object.entries(table)) {
  describe(`hostile bash: ${category}`, () => {
    for (const row of rows) it(row.name, () => runRow(row));
  });
}

describe('hostile bash: what the next command sees', () => {
  it('is what an unbroken script would see', async () => {
    const session = manager.getOrCreateSession('seen', { cwd: '/' });
    const next = async (code: string): Promise<string> => (await session.exec(code)).stdout;
    const pairs: [code: string, look: string, seen: string][] = [
      ['(exit 3)', 'echo $?', '3\n'],
      ['false | true | (exit 3)', 'echo "${PIPESTATUS[@]}"', '1 0 3\n'],
      ['echo one two', 'echo $_', 'two\n'],
      ['sleep 0.01 & pid=$!', '[ $! = $pid ] && wait $! && echo same', 'same\n'],
      ['set -- a "b c"', 'echo "$# $2"', '2 b c\n'],
      ['cd /usr; cd /etc', 'echo $OLDPWD', '/usr\n'],
      ['pushd /usr >/dev/null', 'echo "${DIRSTACK[@]}"', '/usr /etc\n'],
      ['[[ abc =~ b(.) ]]', 'echo ${BASH_REMATCH[1]}', 'c\n'],
      ['true', '[ $BASHPID = $$ ] && echo same', 'same\n'],
      ['true', 'echo $LINENO', '1\n'],
    ];
    for (const [code, look, seen] of pairs) {
      await session.exec(code);
      expect([look, await next(look)]).toEqual([look, seen]);
    }
    await session.terminate();
  });

  it('holds after exit too', async () => {
    const session = manager.getOrCreateSession('after-exit', { cwd: '/' });
    await session.exec(
      String.raw`declare -A map=([k]=$'l1\nl2' ['a b']='"*"'); arr=('' 'a b' $'n\nl'); declare -i int=4; declare -r ro=$'\'q"'; declare -n ref=int; export -f keep 2>/dev/null; shared() { echo shared; }; export -f shared; trap 'echo usr1' USR1; alias ll='ls -l'; umask 027; set -- x 'y z'; shopt -s nullglob`,
    );
    await session.exec('exit 9');
    const { stdout } = await session.exec(
      'printf \'%s|\' "${map[k]}" "${map[a b]}" "${#arr[@]}" "${arr[2]}" "$ref"; int+=1; echo "$int"; bash -c shared; kill -USR1 $$; alias ll; umask; echo "$# $2"; shopt -q nullglob && echo nullglob; ro=2',
    );
    expect(stdout).toBe('l1\nl2|"*"|3|n\nl|4|5\nshared\nusr1\nalias ll=\'ls -l\'\n0027\n2 y z\nnullglob\n');
    await session.terminate();
  });
});

it('gives a NUL byte a typed refusal and goes on', async () => {
  const session = manager.getOrCreateSession('nul');
  await session.exec('kept=1');
  await expect(session.exec('echo a\0b')).rejects.toMatchObject({ code: 'INVALID_COMMAND' });
  expect((await session.exec('echo $kept')).stdout).toBe('1\n');
});

it('lets a job write after the command has returned', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-hostile-'));
  const session = manager.getOrCreateSession('late', { cwd: folder });
  const late = new Promise<string>((resolve) => {
    session.subscribe((event) => event.type === 'late-output' && resolve(`${event.commandId} ${event.data}`));
  });
  const { commandId } = await session.exec('(until [ -e go ]; do sleep 0.01; done; echo late) &');
  expect((await session.exec('echo now')).stdout).toBe('now\n');
  writeFileSync(join(folder, 'go'), '');
  expect(await late).toBe(`${commandId} late\n`);
  await session.terminate();
  rmSync(folder, { recursive: true });
});
