/** Much of everything: bytes, commands, sessions; and what grows with it, which is nothing. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createSessionManager } from './index.ts';
import { openFiles, until } from './testing/processes.ts';

// A place of its own: other tests make and remove folders in the usual one all the time.
const ownTmp = realpathSync(mkdtempSync(join(tmpdir(), 'volume-')));
process.env.TMPDIR = ownTmp;
const manager = createSessionManager();
afterAll(async () => {
  await manager[Symbol.asyncDispose]();
  rmSync(ownTmp, { recursive: true });
});

/** Those that had their names in that folder: of this process, threads and all. */
const pipesFrom = (folder: string): string[] =>
  openFiles().filter((target) => target.startsWith(`${folder}/`) && target.includes('/fifo-'));
const filesUnder = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String).sort();
const rssOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

describe('volume', () => {
  it('5 GB of stdout through a slow reader with the memory flat', async () => {
    const session = manager.getOrCreateSession('stream');
    await session.exec('true');
    const size = 5_000_000_000;
    let received = 0;
    let chunks = 0;
    let peak = 0;
    const before = process.memoryUsage.rss();
    const run = session.exec(`head -c ${size} /dev/zero`, { encoding: 'bytes', timeoutMs: 0 });
    for await (const { data } of run) {
      received += data.length;
      chunks += 1;
      // Slower than the child: it is never more than the window ahead.
      if (chunks % 50 === 0) await nextTurn();
      if (chunks % 500 === 0) peak = Math.max(peak, process.memoryUsage.rss());
    }
    expect(received).toBe(size);
    expect(megabytes(peak - before)).toBeLessThan(300);
    expect((await run).truncated?.stdoutOmittedBytes).toBe(size - 10 * 1024 * 1024);
  }, 180_000);

  it('slows the child down to a reader that does not read', async () => {
    const session = manager.getOrCreateSession('backpressure');
    const run = session.exec(
      'i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); echo $i >&2; echo "$PPID $$ some text"; done',
      {
        timeoutMs: 0,
      },
    );
    const iterator = run[Symbol.asyncIterator]();
    await iterator.next();
    expect(session.status).toBe('busy');
    await run.interrupt();
    const output = await run;
    expect(output.interrupted).toBe(true);
    await iterator.return?.();
  });

  it('100 MB in a single line', async () => {
    const session = manager.getOrCreateSession('line', { maxOutputBytes: 128 * 1024 * 1024 });
    const { stdout, truncated } = await session.exec('head -c 100000000 /dev/zero | tr "\\0" x; echo', {
      encoding: 'bytes',
      timeoutMs: 0,
    });
    expect([stdout.length, stdout[0], stdout.at(-2), stdout.at(-1), truncated]).toEqual([
      100_000_001,
      120,
      120,
      10,
      undefined,
    ]);
  });

  it('counts head, tail and what is left out to the byte, and keeps the whole in a file', async () => {
    const spillOutput = mkdtempSync(join(tmpdir(), 'spill-'));
    const session = manager.getOrCreateSession('spill', { maxOutputBytes: 1_000, spillOutput });
    const output = await session.exec('seq 1 100000; seq 1 10 >&2');
    const whole = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(output.stdout).toBe(whole.slice(0, 500) + whole.slice(-500));
    expect(output.truncated).toEqual({ stdoutOmittedBytes: whole.length - 1_000, stderrOmittedBytes: 0 });
    expect(output.fullOutputPath).toBe(join(spillOutput, output.commandId));
    expect(readFileSync(`${output.fullOutputPath}.stdout`, 'utf8')).toBe(whole);
    expect(statSync(`${output.fullOutputPath}.stdout`).mode & 0o777).toBe(0o600);
    rmSync(spillOutput, { recursive: true });
  });

  it('says nothing of a file that could not be written', async () => {
    const session = manager.getOrCreateSession('full', {
      maxOutputBytes: 1_000,
      spillOutput: '/dev/full/nowhere',
    });
    const output = await session.exec('seq 1 10000');
    expect([output.success, output.fullOutputPath, output.stdout.length]).toEqual([true, undefined, 1_000]);
  });

  it('1,000 queued commands run in order', async () => {
    const session = manager.getOrCreateSession('queue');
    const numbers = Array.from({ length: 1_000 }, (_, index) => index);
    const outputs = await Promise.all(numbers.map((number) => session.exec(`echo ${number}`)));
    expect(outputs.map(({ stdout }) => Number(stdout))).toEqual(numbers);
  });

  it('200,000 commands on one session: no growth of descriptors, pipes, folders, memory', async () => {
    // A manager and a place of its own, and no other session beside it: what those do with theirs is not counted.
    await manager.terminateAll();
    const folder = join(ownTmp, 'many');
    mkdirSync(folder);
    process.env.TMPDIR = folder;
    const own = createSessionManager();
    const session = own.getOrCreateSession('many');
    process.env.TMPDIR = ownTmp;
    // Its processes do not grow either: what /proc says of the kernel counts too.
    const pid = Number((await session.exec('echo $$')).stdout);
    const rounds = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 500) {
        const outputs = await Promise.all(
          Array.from({ length: 500 }, () => session.exec('echo $((n++)); echo e >&2')),
        );
        expect(outputs.at(-1)?.stderr).toBe('e\n');
      }
    };
    const measure = () => {
      globalThis.gc?.();
      return { files: filesUnder(folder), rss: process.memoryUsage.rss(), kernel: rssOf(pid) };
    };
    await rounds(20_000);
    const before = { ...measure(), fds: openFiles().length, pipes: pipesFrom(folder).length };
    await rounds(180_000);
    const after = measure();
    expect((await session.exec('echo $n')).stdout).toBe('200000\n');
    // What is left over stays; sockets of commands that took longer may be on their way out.
    expect(await until(() => openFiles().length <= before.fds + 4, 20_000)).toBe(true);
    expect(await until(() => pipesFrom(folder).length <= before.pipes + 4, 20_000)).toBe(true);
    expect(after.files).toEqual(before.files);
    expect(megabytes(after.rss - before.rss)).toBeLessThan(100);
    expect(megabytes(after.kernel - before.kernel)).toBeLessThan(10);
    await own[Symbol.asyncDispose]();
  }, 900_000);

  it('64 chunks/s from 100 sessions at once: every byte, in order, each its own', async () => {
    const own = createSessionManager();
    const sessions = Array.from({ length: 100 }, (_, index) => own.getOrCreateSession(`s${index}`));
    // A descriptor that never has anything to read is a sleep without a process.
    await Promise.all(sessions.map((session) => session.exec('exec {never}<> <(:)')));
    const half = 96;
    const received = await Promise.all(
      sessions.map(async (session, index) => {
        const code = `lines() { for ((i = $1; i <= $2; i++)); do echo "${index} $i"; read -t 0.015625 -u $never; done; }
          lines 1 ${half}; read -r go; lines ${half + 1} ${2 * half}; true`;
        const run = session.exec(code, { stdin: 'open', timeoutMs: 120_000 });
        let text = '';
        for await (const { data } of run) {
          text += data;
          // It came as it was written: the other half is not, before this one is here.
          if (text.endsWith(`${index} ${half}\n`)) run.write('go\n');
        }
        return text;
      }),
    );
    const lines = Array.from({ length: 2 * half }, (_, line) => line + 1);
    expect(received).toEqual(sessions.map((_, index) => lines.map((line) => `${index} ${line}\n`).join('')));
    await own[Symbol.asyncDispose]();
  }, 180_000);
});
