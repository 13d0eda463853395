/** Where the figures come from, and the programs that they are of. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

export const describeMachine = (): string[] => [
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ` +
    `${type()} ${release()}, load ${loadavg()[0]?.toFixed(2)}`,
  `node ${process.version}, ${version('bash', ['--version'])}, ${version('python3', ['--version'])}`,
];

const output = (program: string, args: string[]): string | undefined => {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
};

const version = (program: string, args: string[]): string =>
  output(program, args)?.split('\n')[0] ?? `${program} not found`;

/** The interpreter itself: a version manager's shim would add 200 ms to the start of a floor. */
export const pythonProgram = output('python3', ['-c', 'import sys; print(sys.executable)']) ?? 'python3';

/** Whether a program can be run here. */
export const hasProgram = (program: string): boolean => output(program, ['--version']) !== undefined;

/** A Python that has these modules: the one on PATH, or Debian's. */
export const findPythonWith = (modules: string): string | undefined =>
  [pythonProgram, '/usr/bin/python3'].find(
    (program) => output(program, ['-c', `import ${modules}`]) !== undefined,
  );
