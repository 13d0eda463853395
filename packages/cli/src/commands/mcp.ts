/** `holdfast mcp`: the MCP server of `@holdfast/mcp` under this program's name. */
import { configFiles, type McpClient, mcpClients, printConfig, runCommandLine } from '@holdfast/mcp';
import { usageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { printLine, tell } from '../output.ts';

export const mcp = async (args: readonly string[]): Promise<number> => {
  const client = clientOf(args);
  if (client !== undefined) return printFor(client);
  const code = await runCommandLine([...args]);
  if (code === 0) return exitCodes.ok;
  return code === 2 ? exitCodes.usage : exitCodes.internal;
};

const clientOf = (args: readonly string[]): string | undefined => {
  const at = args.findIndex((arg) => arg === '--print-config' || arg.startsWith('--print-config='));
  if (at === -1) return undefined;
  const [, inline] = /^--print-config=(.*)$/.exec(args[at] ?? '') ?? [];
  return inline ?? args[at + 1] ?? '';
};

const printFor = (name: string): number => {
  const client = mcpClients.find((known): known is McpClient => known === name);
  if (!client) throw usageError(`--print-config takes one of ${mcpClients.join(', ')}.`);
  printLine(printConfig(client, { command: 'npx', args: ['-y', '@holdfast/cli', 'mcp'] }));
  // Beside the text, so that it can go into a file as it is.
  tell(`put this into ${configFiles[client]}`);
  return exitCodes.ok;
};
