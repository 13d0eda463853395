/** What to paste into a client's settings. */

export const mcpClients = ['claude', 'cursor', 'vscode'] as const;
export type McpClient = (typeof mcpClients)[number];

export interface ConfigOptions {
  /** Program that serves over stdio, with its arguments. Default `npx -y @holdfast/mcp`. */
  command?: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Instead of a program: address of a server that runs already, and its token. */
  url?: string;
  token?: string;
  /** Default `holdfast`. */
  name?: string;
}

/** Where each client looks. */
export const configFiles: Readonly<Record<McpClient, string>> = {
  claude: 'claude_desktop_config.json (Claude Desktop) or .mcp.json (Claude Code)',
  cursor: '~/.cursor/mcp.json, or .cursor/mcp.json in a project',
  vscode: '.vscode/mcp.json',
};

/** JSON, to be merged with what the file has already. */
export const printConfig = (client: McpClient, options: ConfigOptions = {}): string => {
  const servers = { [options.name ?? 'holdfast']: entryFor(client, options) };
  return JSON.stringify(client === 'vscode' ? { servers } : { mcpServers: servers }, null, 2);
};

const entryFor = (client: McpClient, options: ConfigOptions): Record<string, unknown> => {
  const {
    command = 'npx',
    args = command === 'npx' ? ['-y', '@holdfast/mcp'] : [],
    env,
    url,
    token,
  } = options;
  // Cursor tells them apart by their fields.
  const type = (name: string) => (client === 'cursor' ? {} : { type: name });
  if (url === undefined) return { ...type('stdio'), command, args, ...(env ? { env } : {}) };
  return { ...type('http'), url, ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}) };
};
