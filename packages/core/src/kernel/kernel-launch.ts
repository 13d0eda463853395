/**
 * The start of a kernel's process, by this process or by the launcher.
 *
 * Node starts a process with `fork`, which copies the page tables of its own: 2 ms at first, over 50 with
 * hundreds of threads, and all of them stand still meanwhile. So a host with many sessions has a small process that starts
 * kernels for it (`launcher-process.ts`). Pipes are told by path, which any process of the user can open.
 */
import { closeSync, existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { ChildKernel, ChildProcesses, KernelExit } from './child-kernel.ts';
import { openToWrite } from './fifo.ts';
import type { LaunchPlan } from './language-driver.ts';
import { isRunning } from './process-table.ts';
import { onLines } from './text-lines.ts';

/** All that it takes to start a kernel, as plain data. */
export interface KernelLaunch {
  plan: LaunchPlan;
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Paths of the pipes that its own output goes to until a command gives it others. */
  stdout: string;
  stderr: string;
}

/** @throws when the program can not be executed, or `cwd` is gone */
export type LaunchKernel = (launch: KernelLaunch) => Promise<ChildKernel>;

/** What the launcher has to say of one kernel, a line each: first that it runs or why not, then how it ended. */
export type LaunchReply = { pid: number } | { error: string } | { exit: KernelExit };

/** As a child of this process. */
export const launchWith =
  (startChildKernel: ChildProcesses['startChildKernel']): LaunchKernel =>
  async ({ plan, cwd, env, stdout, stderr }) => {
    const ends: number[] = [];
    try {
      for (const path of [stdout, stderr]) ends.push(openToWrite({ path }));
      const [out, err] = ends as [number, number];
      return await startChildKernel({ plan, cwd, env, stdout: out, stderr: err });
    } finally {
      // The child has its own copies once it is started.
      ends.forEach(closeSync);
    }
  };

/**
 * By the launcher, if it is there.
 *
 * @param launcherPath - its socket; there is none in a host with few sessions
 * @param launchHere - where there is none
 */
export const launchThrough =
  (launcherPath: string, launchHere: LaunchKernel): LaunchKernel =>
  async (launch) => {
    // Looked for first: an error is worth a hundred of those looks.
    const link = existsSync(launcherPath) ? await connectTo(launcherPath) : undefined;
    return link ? ask(link, launch) : launchHere(launch);
  };

const connectTo = (path: string): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const link = connect(path);
    link.once('connect', () => resolve(link));
    // It has just died, or has more to do than it can.
    link.on('error', () => resolve(undefined));
  });

/** The link lasts as long as the kernel. */
const ask = (link: Socket, launch: KernelLaunch): Promise<ChildKernel> =>
  new Promise((resolve, reject) => {
    let pid: number | undefined;
    let tellExit: (exit: KernelExit) => void = () => undefined;
    const exited = new Promise<KernelExit>((onExit) => {
      tellExit = onExit;
    });
    onLines(link, (line) => {
      const reply = JSON.parse(line) as LaunchReply;
      if ('error' in reply) reject(new Error(reply.error));
      else if ('exit' in reply) {
        link.off('close', takeLoss);
        tellExit(reply.exit);
      } else {
        ({ pid } = reply);
        resolve({ pid, exited });
      }
    });
    /** Without a word of the kernel's end, the launcher has died; the kernel lives on. */
    const takeLoss = (): void => {
      if (pid === undefined) reject(new Error('the process that starts kernels has ended'));
      else tellWhenGone(pid, tellExit);
    };
    link.once('close', takeLoss);
    link.write(`${JSON.stringify(launch)}\n`);
  });

const lookEveryMs = 100;

const tellWhenGone = (pid: number, tellExit: (exit: KernelExit) => void): void => {
  const look = (): void => {
    if (isRunning(pid)) setTimeout(look, lookEveryMs).unref();
    else tellExit({ exitCode: null, signal: null });
  };
  look();
};
