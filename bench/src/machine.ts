/** Where the figures come from. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

export const describeMachine = (): string[] => [
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ` +
    `${type()} ${release()}, load ${loadavg()[0]?.toFixed(2)}`,
  `node ${process.version}, ${version('bash', ['--version'])}, ${version('python3', ['--version'])}`,
];

const version = (program: string, args: string[]): string => {
  try {
    return execFileSync(program, args, { encoding: 'utf8' }).split('\n')[0] ?? program;
  } catch {
    return `${program} not found`;
  }
};
