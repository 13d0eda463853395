import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  bootTimeOf,
  commandLineOf,
  findDescendants,
  findMarked,
  lookOfThisTurn,
  type ProcessInfo,
  readProcess,
  readProcessTable,
  signalProcess,
} from './process-table.ts';
import { climbShutdownLadder, killMarked, killsLast, killTree } from './shutdown-ladder.ts';

let child: ChildProcess | undefined;
afterEach(() => {
  if (child?.pid) signalProcess(-child.pid, 'SIGKILL');
});

// Their own on a machine where the same test may run twice.
const names = ['one', 'two', 'three', 'four', 'five'] as const;
const markers = Object.fromEntries(names.map((name) => [name, `${process.pid}.${name}`])) as Record<
  (typeof names)[number],
  string
>;
const markedAs = (name: keyof typeof markers) => ({ HOLDFAST_SESSION: markers[name] });

const wordsOf = (processes: ProcessInfo[]): string[] => processes.map(({ pid }) => commandLineOf(pid)).sort();

const eventually = (holds: () => boolean): Promise<unknown> =>
  vi.waitUntil(holds, { timeout: 20_000, interval: 5 });

/** A shell that starts what is given, says so, and waits. */
const start = async (script: string, env: Record<string, string> = {}, then = 'wait'): Promise<number> => {
  child = spawn('sh', ['-c', `${script}\necho ready; ${then}`], {
    detached: true,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
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
    const pid = await start('sleep 91 & (sleep 92 & sleep 93 &) & setsid sleep 94 &', markedAs('one'));
    const sleepers = ['sleep 91', 'sleep 92', 'sleep 93', 'sleep 94'];
    // Each is a shell for an instant, and shows nothing while it becomes what it is to be.
    await eventually(() => isDeepStrictEqual(wordsOf(findDescendants(pid)), sleepers));
    expect(wordsOf(findMarked(markers.one))).toEqual([expect.stringMatching(/^sh -c/), ...sleepers]);
    expect(findMarked(markers.one.slice(0, -1))).toEqual([]);
    const over = exited();
    signalProcess(pid, 'SIGKILL');
    await over;
    await killMarked(markers.one);
    expect(findMarked(markers.one)).toEqual([]);
  });
});

describe('killMarked', () => {
  it('leaves those alone that are spared, with what they started', async () => {
    const pid = await start('sleep 97 & setsid sleep 98 &', markedAs('three'));
    await eventually(() => isDeepStrictEqual(wordsOf(findDescendants(pid)), ['sleep 97', 'sleep 98']));
    const before = findMarked(markers.three).map((process) => process.pid);
    expect(before).toHaveLength(3);
    await killMarked(markers.three, new Set([pid]));
    expect(findMarked(markers.three).map((process) => process.pid)).toEqual(before);
    const over = exited();
    await killMarked(markers.three);
    expect(await over).toEqual([null, 'SIGKILL']);
  });
});

describe('killsLast', () => {
  const nothing = (): void => undefined;
  const none = new Set<number>();

  it('is certain only of a kernel that has started nothing that lives', async () => {
    const pid = await start('', markedAs('four'), 'read -r _; setsid sleep 99 & wait');
    const kernels = new Set([pid]);
    // Any process that is started anywhere meanwhile makes it uncertain, but not every time.
    await eventually(() => killsLast(markers.four, kernels, none, nothing));
    child?.stdin?.end('\n');
    await eventually(() => wordsOf(findMarked(markers.four)).includes('sleep 99'));
    for (let look = 0; look < 20; look += 1) {
      expect(killsLast(markers.four, kernels, none, nothing)).toBe(false);
    }
    await killMarked(markers.four);
  });

  it('is not certain when somebody has started a process since the look', async () => {
    const pid = await start('', markedAs('five'));
    const startOne = (): void => {
      lookOfThisTurn();
      spawnSync('true');
    };
    expect(killsLast(markers.five, new Set([pid]), none, startOne)).toBe(false);
  });
});

describe('killTree', () => {
  it('leaves nothing of what forks while it is looked for, in a session of its own and without a marker', async () => {
    const forks = 'i=0; while [ $i -lt 300 ]; do sleep 93 & i=$((i+1)); done; wait';
    for (let round = 0; round < 10; round += 1) {
      const pid = await start(`env -i setsid sh -c '${forks}' &`);
      const inSession = (leader: number): number[] =>
        readProcessTable()
          .filter(({ session, state }) => session === leader && state !== 'Z')
          .map((process) => process.pid);
      let leader = 0;
      await eventually(() => {
        leader = findDescendants(pid).find((process) => process.session === process.pid)?.pid ?? 0;
        return leader !== 0 && inSession(leader).length > 2;
      });
      const over = exited();
      killTree(pid);
      await over;
      await eventually(() => inSession(leader).length === 0);
    }
  });
});

describe('shutdown ladder', () => {
  it('asks first', async () => {
    const pid = await start('trap "exit 7" USR1', {}, 'sleep 600 & wait');
    let signals = '';
    const over = exited().then((result) => {
      signals = JSON.stringify(result);
    });
    const ask = (): void => void signalProcess(pid, 'SIGUSR1');
    await climbShutdownLadder({ pid, exited: over, ask }, { askMs: 60_000, termMs: 60_000 });
    expect(signals).toBe('[7,null]');
  });

  it('kills what does not listen, with all it started', async () => {
    const pid = await start('trap "" TERM INT HUP; sleep 95 & setsid sleep 96 &', markedAs('two'));
    const over = exited();
    await climbShutdownLadder({ pid, exited: over, ask: () => undefined }, { askMs: 50, termMs: 50 });
    expect(await over).toEqual([null, 'SIGKILL']);
    await killMarked(markers.two);
    expect(findMarked(markers.two)).toEqual([]);
  });
});
