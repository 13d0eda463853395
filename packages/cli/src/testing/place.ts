/** A home, a runtime directory and a working directory of a test's own, and shells that run in them. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ShellResult {
  stdout: string;
  stderr: string;
  code: number | null;
}

export interface TerminalResult {
  text: string;
  exitCode: number;
  isRestored: boolean;
  /** Steps that never came to pass. */
  left: number;
}

export interface Place {
  readonly folder: string;
  readonly work: string;
  readonly socketPath: string;
  /** A line of shell as a user types it; `holdfast` is on PATH. */
  sh(script: string, options?: { env?: Record<string, string>; input?: string }): Promise<ShellResult>;
  /** The same in a terminal; steps are what to wait for, a text or a pattern, and what to type then. */
  terminal(
    script: string,
    steps?: [string | { re: string }, string][],
    env?: Record<string, string>,
  ): Promise<TerminalResult>;
  /** JSON that a line of shell prints. */
  json<Value>(script: string): Promise<Value>;
  /** Stops its daemon, removes all. */
  close(): Promise<void>;
}

const program = fileURLToPath(new URL('../../bin/holdfast.cjs', import.meta.url));
const terminalProgram = fileURLToPath(new URL('../../src/testing/in-terminal.py', import.meta.url));

export const openPlace = (extra: Record<string, string> = {}): Place => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-cli-'));
  const [home, run, work, bin] = ['home', 'run', 'work', 'bin'].map((name) => {
    mkdirSync(join(folder, name), { mode: 0o700 });
    return join(folder, name);
  }) as [string, string, string, string];
  symlinkSync(program, join(bin, 'holdfast'));
  const environment = (env: Record<string, string> = {}): NodeJS.ProcessEnv => ({
    PATH: `${bin}:${process.env.PATH}`,
    HOME: home,
    XDG_RUNTIME_DIR: run,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    ...extra,
    ...env,
  });
  const start = (
    file: string,
    args: string[],
    env?: Record<string, string>,
    input?: string,
  ): Promise<ShellResult> =>
    new Promise((resolve, reject) => {
      const child = spawn(file, args, {
        cwd: work,
        env: environment(env),
        stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ stdout, stderr, code }));
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });
  const sh: Place['sh'] = (script, { env, input } = {}) => start('bash', ['-c', script], env, input);
  return {
    folder,
    work,
    socketPath: join(run, 'holdfast', 'daemon.sock'),
    sh,
    async terminal(script, steps = [], env = {}) {
      const args = [terminalProgram, JSON.stringify(steps), '--', 'bash', '-c', script];
      const { stdout, stderr } = await start('python3', args, env);
      if (stderr !== '') throw new Error(stderr);
      return JSON.parse(stdout) as TerminalResult;
    },
    async json(script) {
      const { stdout, stderr, code } = await sh(script);
      if (code !== 0) throw new Error(`${script}: exit code ${code}\n${stdout}\n${stderr}`);
      return JSON.parse(stdout) as never;
    },
    async close() {
      await sh('holdfast daemon stop');
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
