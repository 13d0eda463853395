import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { bootTimeOf, findDescendants, findMarked, readProcess, signalProcess } from './process-table.ts';
import { climbShutdownLadder, killMarked } from './shutdown-ladder.ts';

let child: ChildProcess | undefined;
afterEach(() => {
  if (child?.pid) signalProcess(-child.pid, 'SIGKILL');
});

/** A shell that starts what is given, says so, and waits. */
const start = async (script: string, env: Record<string, string> = {}): Promise<number> => {
  child = spawn('sh', ['-c', `${script}\necho ready; wait`], {
    detached: true,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child.pid as number;
};

const exited = (): Promise<unknown> => once(child as ChildProcess, 'exit');

describe('process table', () => {
  it('reads parent, group, session and start time, whatever the name', async () => {
    const pid = await start('');
    const info = readProcess(pid);
    expect(info).toMatchObject({ pid, parent: process.pid, group: pid, session: pid });
    expect(Math.abs((info?.startedAt ?? 0) - bootTimeOf(performance.now()))).toBeLessThan(10);
    expect(readProcess(2 ** 22 + 1)).toBeUndefined();
  });

  it('finds children, grandchildren, orphans of the session, and those that left it', async () => {
    const pid = await start('sleep 91 & (sleep 92 & sleep 93 &) & setsid sleep 94 & sleep 0.1', {
      HOLDFAST_SESSION: 'host.one',
    });
    expect(findDescendants(pid).length).toBeGreaterThanOrEqual(4);
    const marked = findMarked('host.one');
    expect(marked.map((process) => process.pid)).toEqual(
      expect.arrayContaining(findDescendants(pid).map((process) => process.pid)),
    );
    expect(findMarked('host.on')).toEqual([]);
    const over = exited();
    signalProcess(pid, 'SIGKILL');
    await over;
    await killMarked('host.one');
    expect(findMarked('host.one')).toEqual([]);
  });
});

describe('killMarked', () => {
  it('leaves those alone that are spared, with what they started', async () => {
    const pid = await start('sleep 97 & setsid sleep 98 & sleep 0.1', { HOLDFAST_SESSION: 'host.three' });
    const before = findMarked('host.three').map((process) => process.pid);
    expect(before.length).toBeGreaterThanOrEqual(3);
    await killMarked('host.three', new Set([pid]));
    expect(findMarked('host.three').map((process) => process.pid)).toEqual(before);
    const over = exited();
    await killMarked('host.three');
    expect(await over).toEqual([null, 'SIGKILL']);
  });
});

describe('shutdown ladder', () => {
  it('asks first', async () => {
    const pid = await start('trap "exit 0" USR1');
    let signals = '';
    const over = exited().then((result) => {
      signals = JSON.stringify(result);
    });
    await climbShutdownLadder({ pid, exited: over, ask: () => void signalProcess(pid, 'SIGUSR1') });
    expect(signals).toBe('[0,null]');
  });

  it('kills what does not listen, with all it started', async () => {
    const pid = await start('trap "" TERM INT HUP; sleep 95 & setsid sleep 96 &', {
      HOLDFAST_SESSION: 'host.two',
    });
    const over = exited();
    await climbShutdownLadder({ pid, exited: over, ask: () => undefined }, { askMs: 50, termMs: 50 });
    expect(await over).toEqual([null, 'SIGKILL']);
    await killMarked('host.two');
    expect(findMarked('host.two')).toEqual([]);
  });
});
