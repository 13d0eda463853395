/** Processes that are started here and by the launcher: told in the same words, and not left alone. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CompanionProcess, runTool, startChildKernel, startCompanion } from './child-kernel.ts';
import { type Fifo, makeFifos } from './fifo.ts';
import { type KernelLaunch, launchThrough, launchWith } from './kernel-launch.ts';
import { createPipeReader } from './pipe-reader.ts';
import { isRunning } from './process-table.ts';

const program = fileURLToPath(new URL('../../dist/launcher-process.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'launch-'));
const path = join(folder, 'launcher');
let launcher: CompanionProcess;
let stdout: Fifo;
let stderr: Fifo;

beforeAll(async () => {
  const [out, err] = await makeFifos(join(folder, 'pipe-'), 2, runTool);
  stdout = out as Fifo;
  stderr = err as Fifo;
  launcher = startCompanion(process.execPath, [program, path]);
  while (!existsSync(path)) await delay(10);
});
afterAll(async () => {
  launcher.end();
  await launcher.exited;
  rmSync(folder, { recursive: true });
});

const shell = (script: string): KernelLaunch => ({
  plan: { file: 'sh', args: ['-c', script], env: { ADDED: 'by the plan' } },
  cwd: folder,
  env: { PATH: process.env.PATH ?? '', GIVEN: 'by the session' },
  stdout: stdout.path,
  stderr: stderr.path,
});
const printed = (fifo: Fifo): string => {
  const pieces: Uint8Array[] = [];
  createPipeReader(fifo, (data) => pieces.push(data)).drain();
  return Buffer.concat(pieces).toString();
};
const parentOf = (pid: number): number =>
  Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

const launchHere = launchWith(startChildKernel);
const through = launchThrough(path, launchHere);

describe.each([
  ['here', launchHere],
  ['by the launcher', through],
  ['where no launcher is yet', launchThrough(join(folder, 'none'), launchHere)],
])('a process that is started %s', (_, launch) => {
  it('has the directory, the environment and the pipes, and its exit code is told', async () => {
    const { exited } = await launch(shell('pwd; echo "$GIVEN, $ADDED, $HOME." >&2; exit 7'));
    expect(await exited).toEqual({ exitCode: 7, signal: null });
    expect([printed(stdout), printed(stderr)]).toEqual([`${folder}\n`, 'by the session, by the plan, .\n']);
  });

  it('leads a process group, and its signal is told', async () => {
    const { pid, exited } = await launch(shell('sleep 4400 & wait'));
    process.kill(-pid, 'SIGKILL');
    expect(await exited).toEqual({ exitCode: null, signal: 'SIGKILL' });
  });

  it('is told why it can not be', async () => {
    const nothing = { file: join(folder, 'nothing'), args: [] };
    await expect(launch({ ...shell(''), plan: nothing })).rejects.toThrow(/nothing ENOENT/);
    await expect(launch({ ...shell(''), cwd: join(folder, 'gone') })).rejects.toThrow(/gone/);
  });
});

describe('the launcher', () => {
  it('is the parent, and only its user may ask it', async () => {
    const { pid, exited } = await through(shell('sleep 4401 & wait'));
    expect(parentOf(pid)).toBe(launcher.pid);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    process.kill(-pid, 'SIGKILL');
    await exited;
  });

  it('refuses what it can not read, and goes on', async () => {
    const link = createConnection(path);
    link.write('no request\n');
    const reply = await new Promise<string>((resolve) => link.once('data', (data) => resolve(String(data))));
    expect(Object.keys(JSON.parse(reply))).toEqual(['error']);
    const { exited } = await through(shell('exit 5'));
    expect(await exited).toEqual({ exitCode: 5, signal: null });
    expect(isRunning(launcher.pid)).toBe(true);
  });

  it('ends a kernel, with its children, whose thread is gone', async () => {
    const link = createConnection(path);
    link.write(`${JSON.stringify(shell('sleep 4402 & echo $!; wait'))}\n`);
    const reply = await new Promise<string>((resolve) => link.once('data', (data) => resolve(String(data))));
    const { pid } = JSON.parse(reply) as { pid: number };
    let child = '';
    while (!child.endsWith('\n')) {
      child += printed(stdout);
      await delay(10);
    }
    link.destroy();
    while (isRunning(pid) || isRunning(Number(child))) await delay(10);
  });
});
