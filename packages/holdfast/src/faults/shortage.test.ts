/** The machine runs out of something: processes, disk, a temporary folder, descriptors. Each in a host app of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { after, mayMount, ownMounts, runHost } from '../testing/run-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'shortage-'));
afterAll(() => rmSync(folder, { recursive: true }));

const isRoot = process.getuid?.() === 0;

describe('processes', () => {
  // Limits of processes count all of a user's, and do not hold for root: so a user of its own, who may read what
  // root has, and needs no more rights than that.
  const user = 61_000 + (process.pid % 4_000);
  const asUser = isRoot
    ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups']
        .concat(['--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search'])
        .concat(['--bounding-set=-all,+dac_read_search'])
    : [];

  describe.runIf(isRoot)('(as root, who can become a user that has no others)', () => {
    it('fork bomb bounded by a limit the user set: the session answers, reset ends it all', async () => {
      const { report, stderr } = await runHost('host-with-bomb.mjs', {
        wrapper: asUser,
        env: { BOMB_LIMIT: '80', HOME: '/', TMPDIR: '/tmp' },
      });
      expect([report, stderr]).toEqual([
        { lit: 'lit\n', during: ['value\n', null], grown: true, left: 0, next: 'unset\non\n', after: 0 },
        '',
      ]);
    }, 120_000);
  });
});

describe.runIf(mayMount())('(where a test may mount)', () => {
  it('disk full for spill files: the result is right, and no torn file is taken for the whole', async () => {
    const spill = join(folder, 'spill');
    const tmp = join(folder, 'tmp');
    const mounts = [
      `mkdir -p ${spill} ${tmp}`,
      `mount -t tmpfs -o size=64k none ${spill}`,
      `mount -t tmpfs -o size=1m none ${tmp}`,
    ].join(' && ');
    const { report, stderr } = await runHost('host-with-full-disk.mjs', {
      wrapper: [...ownMounts, ...after(mounts)],
      env: { SPILL_FOLDER: spill, TMPDIR: tmp },
    });
    const whole = 6_888_896;
    expect([report, stderr]).toEqual([
      {
        small: [true, { stdoutOmittedBytes: 8_893 - 1_000, stderrOmittedBytes: 0 }],
        large: [true, 1_000, 'end\n', { stdoutOmittedBytes: whole - 1_000, stderrOmittedBytes: 0 }, null],
        onlySmallIsLeft: true,
        after: 'value\n',
        plain: 'value\n',
        exit: [3, true],
        isTrue: true,
        lossTold: 'the state could not be written when the shell exited',
        input: 'RESOURCE_EXHAUSTED',
        last: 'on\n',
      },
      '',
    ]);
  }, 120_000);

  it('/tmp not writable: another place is found, and nothing is missing', async () => {
    const readOnly = 'mount -t tmpfs -o ro none /tmp';
    const { report, stderr } = await runHost('host-without-tmp.mjs', {
      wrapper: [...ownMounts, ...after(readOnly)],
      env: { TMPDIR: '/tmp' },
    });
    expect([report, stderr]).toEqual(['value\ninput\n', '']);
  });

  it('no place writable at all: a typed error', async () => {
    const readOnly = 'mount -t tmpfs -o ro none /tmp && mount -t tmpfs -o ro none /dev/shm';
    const { report, stderr } = await runHost('host-without-tmp.mjs', {
      wrapper: [...ownMounts, ...after(readOnly)],
      env: { TMPDIR: '/tmp', HOME: '/nonexistent', XDG_RUNTIME_DIR: '/nonexistent' },
    });
    expect([report, stderr]).toEqual(['RESOURCE_EXHAUSTED', '']);
  });
});

it('TMPDIR that is no folder: another place is found', async () => {
  const { report, stderr } = await runHost('host-without-tmp.mjs', { env: { TMPDIR: '/dev/null/tmp' } });
  expect([report, stderr]).toEqual(['value\ninput\n', '']);
});

describe('descriptors', () => {
  it('fd exhaustion in the host: sessions answer with a result or a typed refusal, none is lost', async () => {
    const { report, stderr } = await runHost('host-short-of-descriptors.mjs', {
      wrapper: after('ulimit -n 400'),
    });
    const each = (name: string): [string, string][] => [
      [`${name} quick`, '1\n'],
      [`${name} slow`, '1\n'],
      [`${name} streamed`, '1\n'],
      [`${name} with stdin`, 'RESOURCE_EXHAUSTED'],
      [`${name} after that`, '1\n'],
      [`${name} endless`, 'timed out'],
      [`${name} at last`, '1\n'],
      [`${name} again`, '1\n'],
    ];
    expect([report, stderr]).toEqual([
      {
        ...Object.fromEntries(['bash', 'python', 'node'].flatMap(each)),
        'new session': 'THREAD_DIED',
        'new language': 'SPAWN_FAILED',
        'new session again': 'new\n',
      },
      '',
    ]);
  }, 120_000);

  it('sessions opened until the limit: a typed refusal, the earlier ones go on, ended ones make room', async () => {
    const { report, stderr } = await runHost('host-with-many-sessions.mjs', {
      wrapper: after('ulimit -n 320'),
    });
    expect([report, stderr]).toEqual([{ isRefused: true, some: true, areKept: true, later: 'later\n' }, '']);
  }, 120_000);

  it('a limit too low for bash is told, instead of losing its output', async () => {
    const { report, stderr } = await runHost('host-with-many-sessions.mjs', {
      wrapper: after('ulimit -n 250'),
    });
    expect([report, stderr.includes('300 open files')]).toEqual([undefined, true]);
  }, 120_000);
});
