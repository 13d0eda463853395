/** `holdfast mcp`: the MCP server of `@holdfast/mcp` under this program's name. */
import { createRemoteSessionManager } from '@holdfast/client';
import { runCommandLine } from '@holdfast/mcp';
import { ensureDaemon } from '../daemon/ensure-daemon.ts';
import { exitCodes } from '../exit-codes.ts';
import { readTarget } from '../target.ts';

const name = 'holdfast mcp';
const sharing = '--daemon';

export const mcp = async (args: readonly string[]): Promise<number> => {
  const own = args.filter((arg) => arg !== sharing);
  const isShared = own.length < args.length;
  const program = { command: 'npx', args: ['-y', '@holdfast/cli', 'mcp', ...(isShared ? [sharing] : [])] };
  if (own.includes('--help')) process.stdout.write(`${helpOfSharing}\n`);
  const isServing = !own.some((arg) => /^--(?:help|version|print-config)/.test(arg));
  if (!isShared || !isServing) return codeOf(await runCommandLine(own, { name, program }));
  const target = readTarget();
  await ensureDaemon(target);
  await using manager = createRemoteSessionManager(target);
  await manager.connect();
  return codeOf(await runCommandLine(own, { name, program, manager }));
};

const helpOfSharing = `${name} ${sharing} serves the sessions of the daemon: those of holdfast list, which stay when the client goes.
`;

/** The server's own program has two: wrong use, and a server that could not start. */
const codeOf = (code: number): number => {
  if (code === 0) return exitCodes.ok;
  return code === 2 ? exitCodes.usage : exitCodes.internal;
};
