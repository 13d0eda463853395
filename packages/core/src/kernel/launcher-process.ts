/**
 * The launcher: a small process that starts kernels for a host that has grown large (see `kernel-launch.ts`).
 *
 * It listens on a socket in the host's private folder. Whoever connects writes what to start, and is told of the
 * kernel's start and end. A link that closes before that says that the session's thread is gone: its kernel
 * is ended. So are all of them when the host dies, of which the launcher's stdin tells.
 */
import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { startChildKernel } from './child-kernel.ts';
import { type KernelLaunch, type LaunchReply, launchWith } from './kernel-launch.ts';
import { killTree } from './shutdown-ladder.ts';
import { onLines } from './text-lines.ts';

const kernels = new Set<number>();
const launchHere = launchWith(startChildKernel);

const serve = (link: Socket): void => {
  const say = (reply: LaunchReply): void => void link.write(`${JSON.stringify(reply)}\n`);
  // What goes wrong with a link closes it.
  link.on('error', () => undefined);
  onLines(link, (line) => {
    launch(line, link, say).catch(({ message }: Error) => {
      say({ error: message });
      link.end();
    });
  });
};

/** @param request - whatever came: code in a kernel can write to the socket, too */
const launch = async (request: string, link: Socket, say: (reply: LaunchReply) => void): Promise<void> => {
  const what = JSON.parse(request) as KernelLaunch;
  if (link.destroyed) return;
  const { pid, exited } = await launchHere(what);
  const abandon = (): void => killTree(pid);
  kernels.add(pid);
  if (link.destroyed) abandon();
  else link.once('close', abandon);
  say({ pid });
  const exit = await exited;
  kernels.delete(pid);
  link.off('close', abandon);
  say({ exit });
  link.end();
};

const [, , path] = process.argv as [string, string, string];
const server = createServer(serve);
// The folder lets nobody else in before that.
server.listen(path, () => chmodSync(path, 0o600));

process.stdin.resume().once('close', () => {
  kernels.forEach(killTree);
  process.exit();
});
