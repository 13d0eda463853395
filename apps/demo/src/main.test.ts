import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { expect, test, vi } from 'vitest';
import type { DemoReport } from './report.ts';
import { allScenarios } from './scenarios/all-scenarios.ts';
import { runDemoInTerminal, runDemoProcess } from './testing/run-demo-process.ts';

// Each run takes two seconds of a machine that has nothing else to do.
vi.setConfig({ testTimeout: 120_000 });

const names = allScenarios(0).map(({ name }) => name);
const clean = { stderr: '', leftovers: [] };

interface JsonLine {
  type: string;
  workspaceId?: string;
  [field: string]: unknown;
}

const parseLines = (stdout: string): JsonLine[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonLine);

test('--plain proves every session and ends with the figures', async () => {
  const { stdout, ...rest } = await runDemoProcess(['--plain']);
  const summary = stdout.slice(stdout.indexOf('Nothing was lost'));
  expect(summary).toMatch(/^Nothing was lost {2}9 sessions, 87 commands, \d+ checks, \d+\.\d s\n/);
  for (const name of names) expect(summary).toMatch(new RegExp(`^ok     ${name} `, 'm'));
  expect(summary).toContain('threads, one for each session: 9; processes left of 13 kernels: 0');
  expect(stdout).not.toContain('FAILED');
  expect(stdout).not.toContain('\u001b');
  expect(rest).toEqual({ ...clean, exitCode: 0 });
});

test('--json gives an object a line, the summary last', async () => {
  const { stdout, ...rest } = await runDemoProcess(['--json']);
  const lines = parseLines(stdout);
  const summary = lines.at(-1) as unknown as DemoReport & JsonLine;
  expect(summary).toMatchObject({ type: 'summary', held: true, stopped: false, commands: 87 });
  expect(summary.scenarios.map(({ name }) => name)).toEqual(names);
  expect(new Set(summary.scenarios.map(({ threadId }) => threadId)).size).toBe(names.length);
  const opened = lines.filter(({ type }) => type === 'session-opened').map(({ workspaceId }) => workspaceId);
  expect(opened.sort()).toEqual(names.toSorted());
  const states = lines.filter(({ type }) => type === 'transition').map(({ to }) => to);
  expect(new Set(states)).toEqual(new Set(['spawning', 'idle', 'busy', 'resetting', 'terminated']));
  const late = lines.filter(({ type }) => type === 'late-output').map(({ data }) => data);
  expect(late.join('')).toBe('GET /Ada was request 1\nGET /Grace was request 2\n');
  expect(rest).toEqual({ ...clean, exitCode: 0 });
});

test('a terminal gets the board, and the summary below it', async () => {
  const { stdout, ...rest } = await runDemoInTerminal([120, 40], ['--pace', '20']);
  const text = stripVTControlCharacters(stdout);
  for (const name of names) expect(text).toContain(`╭─ ${name} ─`);
  expect(text).toContain('✓ Nothing was lost  9 sessions, 87 commands');
  // Which states the board is drawn in depends on the machine's load; that it is in colour does not.
  expect(stdout).toContain('\u001b[38;2;');
  expect(rest).toEqual({ ...clean, exitCode: 0, isRestored: true });
});

test('NO_COLOR leaves no colour in the terminal', async () => {
  const { stdout, exitCode } = await runDemoInTerminal([80, 24], ['--pace', '0'], { env: { NO_COLOR: '1' } });
  expect(stripVTControlCharacters(stdout)).toContain('✓ Nothing was lost');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  expect(stdout).not.toMatch(/\u001b\[(?:[34]8;|[349]\dm)/);
  expect(exitCode).toBe(0);
});

test('Ctrl-C in a terminal ends everything and restores the terminal', async () => {
  const run = await runDemoInTerminal([120, 40], ['--pace', '2000'], {
    key: '\u0003',
    after: 'busy.running',
  });
  const { stdout, ...rest } = run;
  expect(stdout).toContain('Stopped. All sessions were ended and their files removed.');
  expect(rest).toEqual({ ...clean, exitCode: 130, isRestored: true });
});

test('a signal ends every process that was started', async () => {
  let isStopped = false;
  const { stdout, ...rest } = await runDemoProcess(['--json', '--pace', '1000'], {
    onStdout(seen, child) {
      // By then nine kernels are up, an endless loop spins and a server listens.
      if (isStopped || !seen.includes('"data":"no end in sight')) return;
      isStopped = true;
      child.kill('SIGINT');
    },
  });
  const lines = parseLines(stdout);
  const kernels = lines.filter(({ type }) => type === 'kernel-started').map(({ pid }) => pid);
  expect(kernels.length).toBeGreaterThan(0);
  expect(kernels.filter((pid) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
  expect(lines.at(-1)).toMatchObject({ type: 'summary', stopped: true, held: false });
  expect(rest).toEqual({ ...clean, exitCode: 130 });
});

test('a wrong option is told', async () => {
  const run = await runDemoProcess(['--pace', 'fast']);
  expect(run).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: '--pace takes a whole number of milliseconds from 0 to 2000, not fast.\nTry --help.\n',
    leftovers: [],
  });
});
