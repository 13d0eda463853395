/** Runs a host app of its own, for faults that would hit the test runner too. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface HostOptions {
  /** A command line that the host's own is added to: `unshare -m`, a shell that sets limits first. */
  wrapper?: readonly string[];
  env?: Record<string, string>;
  /** Options of Node. */
  nodeArgs?: readonly string[];
}

/** @returns what the script in this folder wrote to stdout, read as JSON, and what its process came to */
export const runHost = async (
  script: string,
  { wrapper = [], env = {}, nodeArgs = [] }: HostOptions = {},
): Promise<{ report: unknown; stderr: string; exitCode: number | null }> => {
  const [file = '', ...args] = [...wrapper, process.execPath, ...nodeArgs, pathOf(script)];
  const host = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const exited = new Promise<number | null>((resolve) => host.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(host.stdout), text(host.stderr)]);
  return { report: stdout === '' ? undefined : JSON.parse(stdout), stderr, exitCode: await exited };
};

export const pathOf = (script: string): string => fileURLToPath(new URL(`./${script}`, import.meta.url));

/** A mount namespace of its own: what is mounted in it is seen by nobody else, and gone with it. */
export const ownMounts: readonly string[] =
  process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-r', '-m'];

/** Shell text first, the host's command line after it. */
export const after = (shell: string): readonly string[] => ['sh', '-c', `${shell} && exec "$@"`, 'sh'];

/** Containers and hardened kernels do not let everybody mount. */
export const mayMount = (): boolean =>
  succeeds([...ownMounts, 'sh', '-c', 'mount -t tmpfs -o size=64k none /mnt']);

const succeeds = ([file = '', ...args]: readonly string[]): boolean => {
  const { status }: SpawnSyncReturns<Buffer> = spawnSync(file, args, { stdio: 'ignore' });
  return status === 0;
};
