/** `run`, `diagram`, `doctor`, `completion`, `mcp`, help. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describeKernelMachine, describeSessionMachine, toMermaid } from 'holdfast';
import { afterAll, describe, expect, it } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import { openPlace } from './testing/place.ts';

const place = openPlace();
const { sh, json, terminal } = place;
const missing = (process.env.HOLDFAST_MISSING ?? '').split(',');

afterAll(() => place.close());

describe('run', () => {
  it('runs one command in a fresh session, without a daemon', async () => {
    expect(await json(`holdfast run -- 'echo out; echo err >&2; exit 3'`)).toEqual({
      stdout: 'out\n',
      stderr: 'err\n',
      exit_code: 3,
      execution_time_ms: expect.any(Number),
    });
    expect((await json<{ running: boolean }>('holdfast daemon status || true')).running).toBe(false);
  });

  it('passes streams, input and exit code on', async () => {
    const result = await sh('printf "b\\na\\n" | holdfast run --no-json -- sort -r; echo "code $?"');
    expect(result.stdout).toBe('b\na\ncode 0\n');
    expect(await sh(`holdfast run --stream -- 'echo err >&2; exit 4'`)).toEqual({
      stdout: '',
      stderr: 'err\n',
      code: 4,
    });
    expect(await sh('holdfast run --no-json', { input: 'echo from stdin' })).toMatchObject({
      stdout: 'from stdin\n',
    });
  });

  it('takes program, directory, environment and timeout', async () => {
    const { stdout } = await sh(
      `holdfast run -p python3 --cwd /usr -e A=1 --no-json -- 'import os; print(os.getcwd(), os.environ["A"])'`,
    );
    expect(stdout).toBe('/usr 1\n');
    const late = await sh(`holdfast run --no-json --timeout 200ms -- 'sleep 600'`);
    expect(late).toMatchObject({ stdout: '', code: exitCodes.timedOut });
  });

  it('is a terminal’s program: types in, Ctrl-C', async () => {
    const asked = await terminal(`holdfast run -- 'printf "name? "; read -r name; echo "so: $name"'`, [
      ['name? ', 'Ada\r'],
    ]);
    expect(asked).toMatchObject({ exitCode: 0, isRestored: true });
    expect(asked.text).toContain('so: Ada');
    const stopped = await terminal(`holdfast run -- 'echo begun; sleep 600'`, [['begun', '\u0003']]);
    expect(stopped.exitCode).toBe(exitCodes.interrupted);
  });

  it('gives every byte in its order, however much', async () => {
    const script = 'seq 1 1000000 | md5sum; holdfast run --no-json -- "seq 1 1000000" | md5sum';
    const [wanted, got] = (await sh(script)).stdout.trim().split('\n');
    expect(got).toBe(wanted);
  });

  it('ends when its reader has left', async () => {
    const { stdout } = await sh('holdfast run --no-json -- yes | head -1; echo "code ${PIPESTATUS[0]}"');
    expect(stdout).toBe(`y\ncode ${exitCodes.readerGone}\n`);
  });

  it('needs a command', async () => {
    const { code, stderr } = await sh('holdfast run < /dev/null');
    expect(stderr).toContain('No command provided (stdin is empty)');
    expect(code).toBe(exitCodes.noCommand);
  });
});

describe('diagram', () => {
  it('draws the machines of the code', async () => {
    expect((await sh('holdfast diagram')).stdout).toBe(toMermaid(describeSessionMachine()));
    expect((await sh('holdfast diagram --mermaid kernel')).stdout).toBe(toMermaid(describeKernelMachine()));
    expect(await json('holdfast diagram --json')).toEqual(
      JSON.parse(JSON.stringify(describeSessionMachine())),
    );
    expect((await sh('holdfast diagram heart')).code).toBe(exitCodes.usage);
  });
});

describe('doctor', () => {
  it('finds this machine well', async () => {
    const { ok, checks } = await json<{ ok: boolean; checks: { check: string; status: string }[] }>(
      'holdfast doctor',
    );
    expect(ok).toBe(true);
    const names = [
      'node',
      'system',
      'bash',
      'python3',
      'sh',
      'zsh',
      'pipes',
      'pipe pages',
      'open files',
      'processes',
      'temporary',
      'socket',
      'daemon',
    ];
    expect(checks.map(({ check }) => check)).toEqual(names);
    expect((await terminal('holdfast doctor', [], { NO_COLOR: '1' })).text).toMatch(
      /^ok {7}node {9}\d+\.\d+/,
    );
  });

  it('says what to do about what is missing', async () => {
    const bin = join(place.folder, 'poor');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    const { stdout, code } = await sh(
      `hf=$(readlink -f "$(command -v holdfast)"); PATH=${bin} HOLDFAST_SOCKET=${place.folder}/${'x'.repeat(120)} node $hf doctor --no-json`,
    );
    expect(code).toBe(exitCodes.failed);
    expect(stdout).toMatch(/^failed {3}bash +not on PATH\n +→ Install bash 5 or newer/m);
    expect(stdout).toMatch(/^warning {2}python3 +not on PATH\n +→ Python sessions need Python 3\.8/m);
    expect(stdout).toMatch(/^failed {3}socket +\d+ bytes are too long/m);
  });
});

describe('completion', () => {
  const bash = (line: string): string =>
    `source <(holdfast completion bash); COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`;

  it('in bash: commands, options, sessions by name', async () => {
    await sh('holdfast start --name one; holdfast start --name other');
    expect((await sh(bash('holdfast hi'))).stdout).toBe('history\n');
    expect((await sh(bash('holdfast exec o'))).stdout.trim().split('\n').sort()).toEqual(['one', 'other']);
    expect((await sh(bash('holdfast exec one --tim'))).stdout).toBe('--timeout\n');
    expect((await sh(bash('holdfast daemon sta'))).stdout).toBe('start\nstatus\n');
    expect((await sh(bash('holdfast start p'))).stdout).toBe('python3\n');
    await sh('holdfast daemon stop');
    // Nothing is started for it.
    expect((await sh(`${bash('holdfast exec o')}; holdfast daemon status`)).stdout).toContain(
      '"running":false',
    );
  });

  if (!missing.includes('zsh')) {
    it('in zsh: the script is loaded, and offers the same', async () => {
      const script = `compdef() { :; }; source <(holdfast completion zsh)
        compadd() { shift; print -l -- "$@" }; _describe() { print -l -- "\${(P)@[-1]}" }; _files() { print files }
        try() { words=("$@"); CURRENT=$#words; _holdfast }
        try holdfast daemon ''; echo next; try holdfast completion ''`;
      const { stdout, stderr } = await sh(`zsh -fc '${script.replaceAll("'", "'\\''")}'`);
      expect({ stdout, stderr }).toEqual({
        stdout: 'start\nstop\nstatus\nlogs\nrun\nnext\nbash\nzsh\nfish\n',
        stderr: '',
      });
    });
  }

  it('in fish: one line for each command and option', async () => {
    const { stdout } = await sh('holdfast completion fish');
    expect(stdout).toContain("complete -c holdfast -f -n '__fish_use_subcommand' -a exec -d ");
    expect(stdout).toContain("complete -c holdfast -n '__fish_seen_subcommand_from exec' -l timeout -d ");
    expect(stdout).toContain(
      "complete -c holdfast -f -n '__fish_seen_subcommand_from exec' -a '(holdfast __names 2>/dev/null)'",
    );
  });

  it('in no other shell', async () => {
    expect((await sh('holdfast completion csh')).code).toBe(exitCodes.usage);
  });
});

describe('mcp', () => {
  const call = (id: number, method: string, params: unknown): string =>
    `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
  const initialize = call(1, 'initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  });

  it('serves over standard input and output', async () => {
    const { stdout, code } = await sh('holdfast mcp', { input: initialize });
    expect(JSON.parse(stdout)).toMatchObject({ id: 1, result: { serverInfo: { name: 'holdfast' } } });
    expect(code).toBe(0);
  });

  it('serves the daemon’s sessions with --daemon', async () => {
    await sh('holdfast start --name shared');
    const lines = `${initialize}{"jsonrpc":"2.0","method":"notifications/initialized"}\n${call(2, 'tools/call', { name: 'session_list', arguments: {} })}`;
    // Its input stays open until both answers are there: a client that has gone is answered no more.
    const script = `mkfifo in out; holdfast mcp --daemon < in > out & exec 3> in 4< out
      printf '%s' "$LINES_IN" >&3; read -r first <&4; read -r second <&4; exec 3>&-; wait $!; echo "$second"`;
    const { stdout } = await sh(script, { env: { LINES_IN: lines } });
    expect(JSON.stringify(JSON.parse(stdout))).toContain('shared');
    const { sessions } = await json<{ sessions: { name: string }[] }>('holdfast list');
    expect(sessions.map(({ name }) => name)).toContain('shared');
  });

  it('serves over HTTP', async () => {
    const script = `mkfifo said; holdfast mcp --http --port 0 2> said & exec 3< said; read -r line <&3; url=\${line##* }
      node -e 'fetch(process.argv[1], { method: "POST", body: "no" }).then((r) => console.log(r.status))' "$url"; kill $!; wait $!; echo "code $?"`;
    const { stdout } = await sh(script);
    expect(stdout).toMatch(/^4\d\d\ncode 0\n$/);
  });

  it('prints what to paste', async () => {
    const entry = { command: 'npx', args: ['-y', '@holdfast/cli', 'mcp'] };
    expect(await json('holdfast mcp --print-config cursor')).toEqual({ mcpServers: { holdfast: entry } });
    expect(await json('holdfast mcp --print-config=claude')).toEqual({
      mcpServers: { holdfast: { type: 'stdio', ...entry } },
    });
    expect(await json('holdfast mcp --print-config vscode')).toEqual({
      servers: { holdfast: { type: 'stdio', ...entry } },
    });
    expect((await sh('holdfast mcp --help')).stdout).toContain('holdfast mcp --print-config CLIENT');
    expect((await sh('holdfast mcp --print-config word')).code).toBe(exitCodes.usage);
    expect((await sh('holdfast mcp --what')).code).toBe(exitCodes.usage);
  });
});

describe('help', () => {
  it('lists the commands, and the options of each', async () => {
    const { stdout, code } = await sh('holdfast');
    expect(code).toBe(0);
    for (const name of [
      'start',
      'exec',
      'end',
      'list',
      'state',
      'history',
      'reset',
      'interrupt',
      'jobs',
      'logs',
      'attach',
      'watch',
      'run',
      'daemon',
      'diagram',
      'doctor',
      'completion',
      'mcp',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect((await sh('holdfast exec --help')).stdout).toContain('--timeout <time>');
    expect((await sh('holdfast daemon --help')).stdout).toContain('status');
    expect((await sh('holdfast --version')).stdout).toBe('0.1.0\n');
  });
});
