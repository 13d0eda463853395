/** Kernels that are started ahead are as those that are not, and nobody's until somebody takes them. */
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createSessionManager,
  type Language,
  type RuntimeSession,
  type RuntimeSessionManager,
  type SessionEvent,
} from './index.ts';
import {
  carriers,
  commandLineOf,
  markOf,
  ownKernels,
  signal,
  until,
  untilKernels,
} from './testing/processes.ts';

let folder: string;
let manager: RuntimeSessionManager;
let TMPDIR: string | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warm-'));
  TMPDIR = process.env.TMPDIR;
});
afterEach(async () => {
  await manager[Symbol.asyncDispose]();
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  rmSync(folder, { recursive: true });
});

/** A manager whose one warm thread has its kernels, and their pids. */
const warmUp = async (warmLanguages: Language[]): Promise<number[]> => {
  manager = createSessionManager({ warmThreads: 1, warmLanguages });
  return untilKernels(warmLanguages.length);
};

const pidOf = async (session: RuntimeSession, language: Language): Promise<number> => {
  const code = { bash: 'echo $$', python: 'import os; print(os.getpid())', node: 'console.log(process.pid)' };
  return Number((await session.exec(code[language], { language })).stdout);
};

/** Everything about a kernel that user code could tell it by. */
const looks: Record<Language, string> = {
  bash: [
    'pwd; printf "%s|" "$PWD" "${OLDPWD-unset}" "$-" "$0" "$#" "$SHLVL" "$_" "$?" "$LINENO" "${PIPESTATUS[@]}"; echo',
    'declare -p | grep -vE "^declare -[a-zA-Z-]+ (BASH_ARG|BASHPID|PPID|EPOCH|S?RANDOM|SECONDS|HOLDFAST_SESSION|__)"',
    'declare -F; alias; trap; set +o; shopt; umask; ulimit -a; type cd; jobs; dirs; hash',
    'cd - 2>&1; env | grep -v HOLDFAST_SESSION | sort',
  ].join('\n'),
  python: [
    'import os, sys',
    'print(os.getcwd(), sys.path, sys.argv, sys.executable, sorted(k for k in globals()), sys.flags)',
    'print(sorted(i for i in os.environ.items() if i[0] != "HOLDFAST_SESSION"), os.path.abspath("x"))',
    'print(sys.stdout.encoding, sys.getfilesystemencoding(), os.umask(0o22), __name__)',
    'import subprocess; print(subprocess.run("pwd; env | grep -v HOLDFAST_SESSION | grep -v ^_= | sort", shell=True, text=True, capture_output=True).stdout)',
  ].join('\n'),
  node: [
    'const { HOLDFAST_SESSION, ...rest } = process.env',
    'console.log(process.cwd(), rest, process.argv.slice(1), process.execArgv, Object.keys(globalThis))',
    'console.log(require.resolve.paths("x"), typeof __filename, module.paths, require("node:path").resolve("x"))',
    'console.log(require("node:child_process").execSync("pwd; env | grep -v HOLDFAST_SESSION | grep -v ^_= | sort").toString())',
  ].join('\n'),
};

describe.each(['bash', 'python', 'node'] as const)('a warm %s kernel', (language) => {
  it('is one that runs already, and looks as if it had been started for the session', async () => {
    const link = join(folder, 'link');
    symlinkSync('/usr', link);
    const config = { language, cwd: link, env: { NAME: 'Ada "L" \'x\'', EDITOR: 'vi\n', EMPTY: '' } };

    const warm = await warmUp([language]);
    const session = manager.getOrCreateSession('warm', config);
    const pid = await pidOf(session, language);
    expect(warm).toContain(pid);
    await session.reset();
    await manager[Symbol.asyncDispose]();

    // The first command of each: what went before could be seen.
    await warmUp([language]);
    const adopted = await manager.getOrCreateSession('warm', config).exec(looks[language]);
    await manager[Symbol.asyncDispose]();
    manager = createSessionManager();
    const fresh = await manager.getOrCreateSession('cold', config).exec(looks[language]);
    expect({ ...adopted, commandId: 0, durationMs: 0 }).toEqual({ ...fresh, commandId: 0, durationMs: 0 });
    expect(adopted.stderr).toBe('');
    expect(adopted.stdout.length).toBeGreaterThan(100);
  });

  it('is not used where the environment would have made it another', async () => {
    const atStart = { bash: 'LC_ALL', python: 'PYTHONDONTWRITEBYTECODE', node: 'NODE_OPTIONS' }[language];
    const value = { bash: 'C', python: '1', node: '--no-deprecation' }[language];
    const warm = await warmUp([language]);
    const session = manager.getOrCreateSession('own', { language, env: { [atStart]: value } });
    const pid = await pidOf(session, language);
    expect(warm).not.toContain(pid);
    expect(await until(() => warm.every((spare) => !ownKernels().includes(spare)), 20_000)).toBe(true);
  });
});

it('keeps the kernels of other languages ready for their first command', async () => {
  const warm = await warmUp(['bash', 'python', 'node']);
  const session = manager.getOrCreateSession('all', { cwd: '/usr', env: { NAME: 'Ada' } });
  expect((await session.state()).jobs).toEqual([]);
  for (const language of ['bash', 'python', 'node'] as const) {
    expect(warm).toContain(await pidOf(session, language));
  }
  const { stdout } = await session.exec('import os; print(os.getcwd(), os.environ["NAME"])', {
    language: 'python',
  });
  expect(stdout).toBe('/usr Ada\n');
});

it('runs set-up in a kernel when it is taken, and starts the next thread', async () => {
  const warm = await warmUp(['bash']);
  const session = manager.getOrCreateSession('setup', { setup: ['ready=yes'] });
  expect((await session.exec('echo $ready')).stdout).toBe('yes\n');
  expect(warm).toContain(await pidOf(session, 'bash'));
  await untilKernels(2);
  const second = manager.getOrCreateSession('second');
  const pid = await pidOf(second, 'bash');
  expect(warm).not.toContain(pid);
  expect(second.id).not.toBe(session.id);
});

it('takes no kernel that died while it waited', async () => {
  const [spare = 0] = await warmUp(['bash']);
  signal(spare, 'SIGKILL');
  expect(await until(() => !ownKernels().includes(spare), 20_000)).toBe(true);
  const { stdout, epoch, stateLost } = await manager.getOrCreateSession('a').exec('echo on');
  expect({ stdout, epoch, stateLost }).toEqual({ stdout: 'on\n', epoch: 1, stateLost: undefined });
});

it('leaves nothing of threads that nobody took', async () => {
  process.env.TMPDIR = folder;
  const warm = await warmUp(['bash', 'python']);
  expect(warm).toHaveLength(2);
  expect(readdirSync(folder)).toHaveLength(1);
  await manager[Symbol.asyncDispose]();
  expect(ownKernels()).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

it('refuses languages that it does not have, and counts that are none', () => {
  manager = createSessionManager();
  expect(() => createSessionManager({ warmLanguages: ['perl' as Language] })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTIONS' }),
  );
  expect(() => createSessionManager({ warmThreads: -1 })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTIONS' }),
  );
});

describe('after a reset', () => {
  const kernelStarts = (session: RuntimeSession): number[] => {
    const pids: number[] = [];
    session.subscribe((event: SessionEvent) => {
      if (event.type === 'kernel-started') pids.push(event.pid);
    });
    return pids;
  };

  it.each(['bash', 'python', 'node'] as const)(
    'a spare %s kernel waits for the next one, and nothing of the old one is left',
    async (language) => {
      manager = createSessionManager();
      const session = manager.getOrCreateSession('a', { language, cwd: '/usr', env: { NAME: 'Ada' } });
      const started = kernelStarts(session);
      const first = await pidOf(session, language);
      await session.reset();
      // Neither the spare nor what helps it to start is a job of the user's.
      const isThere = (): boolean => ownKernels().length === 2;
      for (let looks = 0; looks < 10 || !isThere(); looks += 1) {
        expect((await session.state()).jobs).toEqual([]);
        if (!isThere()) looks = 0;
      }
      const [spare] = (await untilKernels(2)).filter((pid) => !started.includes(pid));

      await session.exec('sleep 4400 & setsid sleep 4401 & cd /tmp; x=1', { language: 'bash' });
      const mark = await markOf(session);
      await session.reset();
      expect(await pidOf(session, language)).toBe(spare);
      // The next spare is on its way already, and has helpers of its own.
      expect(carriers(mark).filter((pid) => commandLineOf(pid).startsWith('sleep 44'))).toEqual([]);
      expect(ownKernels()).not.toContain(first);
      const { stdout, stateLost } = await session.exec('echo "$PWD $NAME ${x-unset}"', { language: 'bash' });
      expect({ stdout, stateLost }).toEqual({ stdout: '/usr Ada unset\n', stateLost: undefined });
    },
  );

  it('a spare that dies is replaced by a new kernel', async () => {
    manager = createSessionManager();
    const session = manager.getOrCreateSession('a');
    await session.reset();
    const kernel = await pidOf(session, 'bash');
    const [spare = 0] = (await untilKernels(2)).filter((pid) => pid !== kernel);
    signal(spare, 'SIGKILL');
    // Till then it could still be taken: its death would be that of the session's kernel.
    expect(await until(() => !ownKernels().includes(spare), 20_000)).toBe(true);
    await session.reset();
    expect((await session.exec('echo on')).stdout).toBe('on\n');
    await manager[Symbol.asyncDispose]();
    expect(ownKernels()).toEqual([]);
  });
});
