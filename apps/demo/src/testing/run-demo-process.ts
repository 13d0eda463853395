/** Runs the built demo as its users do, in a folder for temporary files that must be empty afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const inTerminal = fileURLToPath(new URL('./in-terminal.py', import.meta.url));

export interface DemoRun {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Files that were left behind. */
  leftovers: string[];
}

export interface DemoRunOptions {
  env?: NodeJS.ProcessEnv;
  /** Told of the output so far; may end the process. */
  onStdout?(stdout: string, child: ChildProcess): void;
}

export const runDemoProcess = (args: string[], options: DemoRunOptions = {}): Promise<DemoRun> =>
  run(process.execPath, [main, ...args], options);

export interface TerminalRun extends DemoRun {
  /** Echo and line mode are back, and the cursor shows. */
  isRestored: boolean;
}

/** In a terminal of that size. A key may be pressed once some text was shown. */
export const runDemoInTerminal = async (
  [columns, rows]: [number, number],
  args: string[],
  { key = '', after = '', env = {} }: { key?: string; after?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<TerminalRun> => {
  const size = [`${columns}`, `${rows}`];
  const { stdout, ...rest } = await run(
    'python3',
    [inTerminal, ...size, key, after, '--', process.execPath, main, ...args],
    { env: { ...notInCi, TERM: 'xterm-256color', COLORTERM: 'truecolor', ...env } },
  );
  const end = stdout.trimEnd().lastIndexOf('\n');
  const { exitCode, isRestored } = JSON.parse(stdout.slice(end)) as { exitCode: number; isRestored: boolean };
  return { ...rest, stdout: stdout.slice(0, end), exitCode, isRestored };
};

// These tests may well run in CI, where the board is not drawn; nor in colour where that is not wanted.
const notInCi = {
  CI: undefined,
  CONTINUOUS_INTEGRATION: undefined,
  NO_COLOR: undefined,
  FORCE_COLOR: undefined,
};

const run = (program: string, args: string[], { env, onStdout }: DemoRunOptions): Promise<DemoRun> =>
  new Promise((resolve, reject) => {
    const TMPDIR = mkdtempSync(join(tmpdir(), 'holdfast-demo-test-'));
    onTestFinished(() => rmSync(TMPDIR, { recursive: true, force: true }));
    const child = spawn(program, args, {
      env: { ...process.env, ...env, TMPDIR },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (data: string) => {
      stdout += data;
      onStdout?.(stdout, child);
    });
    child.stderr.setEncoding('utf8').on('data', (data: string) => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr, leftovers: readdirSync(TMPDIR) }));
  });
