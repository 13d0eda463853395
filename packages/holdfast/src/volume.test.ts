import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createSessionManager } from './index.ts';

// A place of its own: other tests make and remove folders in the usual one all the time.
const ownTmp = mkdtempSync(join(tmpdir(), 'volume-'));
process.env.TMPDIR = ownTmp;
const manager = createSessionManager();
afterAll(async () => {
  await manager[Symbol.asyncDispose]();
  rmSync(ownTmp, { recursive: true });
});

const descriptors = (): number => readdirSync('/proc/self/fd').length;
const folders = (): string[] => readdirSync(ownTmp).filter((name) => name.startsWith('holdfast-'));
const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

describe('volume', () => {
  it('streams 5 GB through a slow reader with the memory flat', async () => {
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

  it('takes a line of 100 MB', async () => {
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
  }, 60_000);

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

  it('runs 1,000 queued commands in order', async () => {
    const session = manager.getOrCreateSession('queue');
    const numbers = Array.from({ length: 1_000 }, (_, index) => index);
    const outputs = await Promise.all(numbers.map((number) => session.exec(`echo ${number}`)));
    expect(outputs.map(({ stdout }) => Number(stdout))).toEqual(numbers);
  });

  it('does not grow with the number of commands: descriptors, folders, memory', async () => {
    const session = manager.getOrCreateSession('many');
    const rounds = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 500) {
        await Promise.all(Array.from({ length: 500 }, () => session.exec('echo $((n++)); echo e >&2')));
      }
    };
    await rounds(5_000);
    globalThis.gc?.();
    const before = { fds: descriptors(), folders: folders().length, rss: process.memoryUsage.rss() };
    await rounds(15_000);
    globalThis.gc?.();
    expect(descriptors()).toBeLessThanOrEqual(before.fds + 4);
    expect(folders().length).toBe(before.folders);
    expect(megabytes(process.memoryUsage.rss() - before.rss)).toBeLessThan(100);
    expect((await session.exec('echo $n')).stdout).toBe('20000\n');
  }, 120_000);

  it('streams from many sessions at once, each its own', async () => {
    const own = createSessionManager();
    const sessions = Array.from({ length: 30 }, (_, index) => own.getOrCreateSession(`s${index}`));
    const received = await Promise.all(
      sessions.map(async (session, index) => {
        let text = '';
        const code = `for i in {1..64}; do echo "${index} $i"; done`;
        for await (const { data } of session.exec(code)) text += data;
        return text;
      }),
    );
    expect(received).toEqual(
      sessions.map((_, index) => Array.from({ length: 64 }, (_, line) => `${index} ${line + 1}\n`).join('')),
    );
    await own[Symbol.asyncDispose]();
  }, 60_000);
});
