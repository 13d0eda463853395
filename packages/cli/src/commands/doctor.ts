/** `holdfast doctor`: tries what Holdfast needs of this machine, and says what to do about what is missing. */
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolderOf } from '../daemon/daemon-files.ts';
import { askHealth } from '../daemon/ensure-daemon.ts';
import { exitCodes } from '../exit-codes.ts';
import { isJson, type JsonOption, paint, printJson, printLine } from '../output.ts';
import { version } from '../package/package-facts.ts';
import { isLocal, readTarget } from '../target.ts';

interface Finding {
  check: string;
  /** `warning`: it works, something is to be known. */
  status: 'ok' | 'warning' | 'failed';
  found: string;
  advice?: string;
}

const runFile = promisify(execFile);

export const doctor = async (options: JsonOption): Promise<number> => {
  const findings = await Promise.all([
    checkNode(),
    checkPlatform(),
    checkBash(),
    checkPython(),
    checkShell('sh'),
    checkShell('zsh'),
    checkPipes(),
    checkPipeLimit(),
    checkLimit('open files', 'Max open files', 1_024, 'ulimit -n 4096'),
    checkLimit('processes', 'Max processes', 512, 'ulimit -u 4096'),
    checkTemporary(),
    checkSocket(),
    checkDaemon(),
  ]);
  const isWell = findings.every(({ status }) => status !== 'failed');
  if (isJson(options)) printJson({ ok: isWell, checks: findings });
  else for (const finding of findings) printLine(describe(finding));
  return isWell ? exitCodes.ok : exitCodes.failed;
};

const describe = ({ check, status, found, advice }: Finding): string => {
  const mark = {
    ok: paint('green', 'ok     '),
    warning: paint('yellow', 'warning'),
    failed: paint('red', 'failed '),
  };
  return `${mark[status]}  ${check.padEnd(12)} ${found}${advice ? `\n${' '.repeat(22)}→ ${advice}` : ''}`;
};

const ok = (check: string, found: string): Finding => ({ check, status: 'ok', found });

const isAtLeast = (text: string, wanted: readonly number[]): boolean => {
  const parts = text.split('.').map(Number);
  for (const [index, want] of wanted.entries()) {
    const part = parts[index] ?? 0;
    if (part !== want) return part > want;
  }
  return true;
};

const checkNode = async (): Promise<Finding> => {
  const { node } = process.versions;
  if (isAtLeast(node, [20, 19])) return ok('node', `${node}, ${process.execPath}`);
  return {
    check: 'node',
    status: 'failed',
    found: node,
    advice: 'Install Node 20.19 or newer: https://nodejs.org',
  };
};

const checkPlatform = async (): Promise<Finding> => {
  try {
    readFileSync('/proc/self/stat');
    return ok('system', `${process.platform} with /proc`);
  } catch {
    const advice = 'Holdfast runs on Linux with /proc. In a container, mount /proc.';
    return { check: 'system', status: 'failed', found: `${process.platform} without /proc`, advice };
  }
};

const versionOf = async (program: string, args: string[]): Promise<string | undefined> => {
  try {
    const { stdout } = await runFile(program, args, { timeout: 20_000 });
    return stdout.trim();
  } catch {
    return undefined;
  }
};

const checkBash = async (): Promise<Finding> => {
  const found = await versionOf('bash', [
    '-c',
    'printf %s "${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]}.${BASH_VERSINFO[2]}"',
  ]);
  if (found !== undefined && isAtLeast(found, [5, 0])) return ok('bash', found);
  return {
    check: 'bash',
    status: 'failed',
    found: found ?? 'not on PATH',
    advice:
      'Install bash 5 or newer (Debian: apt-get install bash), or start sessions with sh, zsh, python3 or node.',
  };
};

const checkPython = async (): Promise<Finding> => {
  const found = await versionOf('python3', ['-c', 'import platform; print(platform.python_version())']);
  if (found !== undefined && isAtLeast(found, [3, 8])) return ok('python3', found);
  return {
    check: 'python3',
    status: 'warning',
    found: found ?? 'not on PATH',
    advice: 'Python sessions need Python 3.8 or newer (Debian: apt-get install python3).',
  };
};

const checkShell = async (program: 'sh' | 'zsh'): Promise<Finding> => {
  const works = (await versionOf(program, ['-c', 'echo yes'])) === 'yes';
  if (works) return ok(program, 'there');
  return {
    check: program,
    status: 'warning',
    found: 'not on PATH',
    advice: `Only holdfast start ${program} needs it.`,
  };
};

const checkPipes = async (): Promise<Finding> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'));
  try {
    const pipe = join(folder, 'pipe');
    await runFile('mkfifo', ['-m', '600', pipe]);
    // As the daemon does it: written through /proc by another process while one here reads.
    await runFile('bash', [
      '-c',
      'exec 3<>"$1"; echo x > /proc/$$/fd/3; read -r -t 5 line <&3; [ "$line" = x ]',
      'bash',
      pipe,
    ]);
    return ok('pipes', 'named pipes work, and are reached through /proc');
  } catch (error) {
    const [found = ''] = (error as Error).message.split('\n');
    const advice = `${tmpdir()} must be on a file system with named pipes, mkfifo on PATH (coreutils). TMPDIR names another folder.`;
    return { check: 'pipes', status: 'failed', found, advice };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Beyond it, a user's new pipes hold one page, and every command with much output is slow. */
const checkPipeLimit = async (): Promise<Finding> => {
  const read = (name: string): number => {
    try {
      return Number(readFileSync(`/proc/sys/fs/${name}`, 'utf8'));
    } catch {
      return 0;
    }
  };
  const pages = read('pipe-user-pages-soft');
  if (pages === 0 || pages >= 1_024) return ok('pipe pages', pages === 0 ? 'no limit' : `${pages} per user`);
  const advice = 'sysctl fs.pipe-user-pages-soft=16384 lets more sessions have full pipes.';
  return { check: 'pipe pages', status: 'warning', found: `${pages} per user`, advice };
};

const checkLimit = async (check: string, name: string, least: number, command: string): Promise<Finding> => {
  let text = '';
  try {
    text = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // No /proc: that is a finding of its own.
  }
  const [, limit = 'unknown'] = new RegExp(`^${name} +(\\S+)`, 'm').exec(text) ?? [];
  if (limit === 'unlimited' || Number(limit) >= least) return ok(check, limit);
  const advice = `A session takes some of them; ${command} before the daemon starts raises it.`;
  return { check, status: 'warning', found: limit, advice };
};

const checkTemporary = async (): Promise<Finding> => {
  const folder = tmpdir();
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    const free = Math.round((bavail * bsize) / 1_048_576);
    if (free >= 64) return ok('temporary', `${folder}, ${free} MB free`);
    return {
      check: 'temporary',
      status: 'warning',
      found: `${folder}, ${free} MB free`,
      advice: 'Make room, or set TMPDIR.',
    };
  } catch (error) {
    const advice = 'Set TMPDIR to a folder that you may write to.';
    return { check: 'temporary', status: 'failed', found: (error as Error).message, advice };
  }
};

const checkSocket = async (): Promise<Finding> => {
  const target = readTarget();
  if (!isLocal(target)) return ok('socket', `not used: HOLDFAST_URL is ${target.url}`);
  const { socketPath } = target;
  const length = Buffer.byteLength(socketPath);
  const advice = 'Set HOLDFAST_SOCKET to a short path in a folder that is yours alone.';
  if (length > 107)
    return {
      check: 'socket',
      status: 'failed',
      found: `${length} bytes are too long: ${socketPath}`,
      advice,
    };
  try {
    makeFolderOf(socketPath);
    accessSync(dirname(socketPath), constants.W_OK);
    return ok('socket', socketPath);
  } catch (error) {
    return { check: 'socket', status: 'failed', found: (error as Error).message, advice };
  }
};

const checkDaemon = async (): Promise<Finding> => {
  const target = readTarget();
  try {
    const health = await askHealth(target);
    if (!health) {
      if (isLocal(target)) return ok('daemon', 'none is running; the first call starts it');
      return {
        check: 'daemon',
        status: 'failed',
        found: `none at ${target.url}`,
        advice: 'Start it there, or unset HOLDFAST_URL.',
      };
    }
    if (health.version === version) return ok('daemon', `process ${health.pid}, ${health.sessions} sessions`);
    const found = health.version
      ? `version ${health.version}, this program is ${version}`
      : 'it does not know the token';
    const advice = health.version
      ? 'holdfast daemon stop; the next call starts the new one.'
      : 'Set HOLDFAST_TOKEN to the daemon’s token.';
    return { check: 'daemon', status: health.version ? 'warning' : 'failed', found, advice };
  } catch (error) {
    return {
      check: 'daemon',
      status: 'failed',
      found: (error as Error).message,
      advice: 'holdfast daemon logs says more.',
    };
  }
};
