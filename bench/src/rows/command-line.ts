/** What a call of the program costs over starting Node at all: `holdfast exec` with a daemon that is up. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { timeEach } from '../measure.ts';
import type { Subject } from '../subject.ts';
import type { Row } from './row.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const program = join(dirname(require.resolve('@holdfast/cli')), '../bin/holdfast.cjs');

const floorName = 'node -e 0';
const execName = 'holdfast exec, warm daemon';

export const commandLine: Row = ({ sizes }) => [
  {
    id: 'cli/exec',
    title: 'A call of the command line, a process each',
    unit: 'ms',
    rounds: sizes.slowRounds,
    warmUpRounds: sizes.slowWarmUps,
    // Quick beside other starts, and noisy: more of them.
    subjects: [nodeAlone(sizes.starts * 3), execCall(sizes.starts * 3)],
    goals: [
      {
        what: 'exec on a warm daemon, to node -e 0',
        subject: execName,
        to: floorName,
        at: 'p50',
        relation: '≤',
        limit: 1.5,
      },
    ],
    missing: [],
  },
];

const nodeAlone = (calls: number): Subject => ({
  name: floorName,
  role: 'floor',
  inProcess: false,
  open: async () => undefined,
  // In the same bare environment: some variables (NODE_EXTRA_CA_CERTS) slow Node's start down.
  round: () =>
    timeEach(
      calls,
      async () => void (await run(process.execPath, ['-e', '0'], { env: { PATH: process.env.PATH } })),
    ),
  close: async () => undefined,
});

/** With a home and a socket of its own, so that it never meets a user's daemon. */
const execCall = (calls: number): Subject => {
  let folder = '';
  let id = '';
  const holdfast = (...args: string[]): Promise<{ stdout: string }> =>
    run(process.execPath, [program, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: folder },
    });
  return {
    name: execName,
    role: 'holdfast',
    inProcess: false,
    async open() {
      folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
      id = JSON.parse((await holdfast('start', '--json')).stdout).session_id;
    },
    round: () =>
      timeEach(calls, async () => {
        const { stdout } = await holdfast('exec', id, '--json', '--', 'true');
        if (JSON.parse(stdout).exit_code !== 0) throw new Error(`holdfast exec printed ${stdout}`);
      }),
    async close() {
      await holdfast('daemon', 'stop');
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
